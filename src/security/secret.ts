/** A secret that prints as `[secret]` wherever it is logged, dumped or put into JSON (S31). Read it where it is used. */
export type Secret = { readonly reveal: () => string };

const CONCEALED = '[secret]';

export const createSecret = (value: string): Secret => {
  const secret = {
    reveal: () => value,
    toString: () => CONCEALED,
    toJSON: () => CONCEALED,
    [Symbol.for('nodejs.util.inspect.custom')]: () => CONCEALED,
  };
  for (const key of Object.keys(secret)) Object.defineProperty(secret, key, { enumerable: false });
  return Object.freeze(secret);
};
