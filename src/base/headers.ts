/** Every value of a header in Node's raw list (name, value, name, value …), however often it was sent. `name` in lower case. */
export const readHeader = (rawHeaders: readonly string[], name: string): readonly string[] => {
  const values: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const key = rawHeaders[index] ?? '';
    if (key.length === name.length && key.toLowerCase() === name) values.push(rawHeaders[index + 1] ?? '');
  }
  return values;
};
