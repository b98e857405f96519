import type { Rule } from 'eslint';

type Node = Rule.Node;

/** A rule that refuses whatever an esquery selector finds. */
function forbid(selector: string, message: string): Rule.RuleModule {
  return {
    meta: { type: 'problem', schema: [] },
    create: (context) => ({
      [selector]: (node: Node) => context.report({ node, message }),
    }),
  };
}

const TEST_WORDS = '/^(it|test|describe|suite|bench)$/';
const STATEMENT =
  /^(select\s[\s\S]*\sfrom\s|insert\s+into\s|update\s[\s\S]*\sset\s|delete\s+from\s|with\s[\s\S]*\sas\s*\(|(create|alter|drop|truncate)\s+(or\s+replace\s+)?(unlogged\s+)?(table|index|unique|schema|function|trigger|type|role|view|sequence|database|extension|policy)\b|(lock|truncate)\s+table\s)/;

/** Whether a text is a statement. "Select an account from the list" is a sentence: it has one capital. */
function isSql(text: string): boolean {
  const trimmed = text.trimStart();
  const first = /^[a-z]+/i.exec(trimmed)?.[0] ?? '';
  if (first !== first.toLowerCase() && first !== first.toUpperCase()) return false;
  return STATEMENT.test(trimmed.toLowerCase());
}

const sqlInStores: Rule.RuleModule = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const look = (node: Node, text: string) => {
      if (isSql(text)) context.report({ node, message: 'SQL belongs to store.ts or a *-store.ts.' });
    };
    return {
      Literal(node) {
        if (typeof node.value === 'string') look(node, node.value);
      },
      TemplateLiteral(node) {
        look(node, node.quasis.map((quasi) => quasi.value.raw).join(' ? '));
      },
    };
  },
};

const suppressionReason: Rule.RuleModule = {
  meta: { type: 'problem', schema: [] },
  create: (context) => ({
    Program() {
      for (const comment of context.sourceCode.getAllComments()) {
        if (!/^\s*eslint-disable/.test(comment.value) || /\s--\s+\S/.test(comment.value)) continue;
        if (comment.loc) context.report({ loc: comment.loc, message: 'Say why after `--`.' });
      }
    },
  }),
};

/** What no published rule says the way we mean it. Switched on per file in eslint.config.js. */
export const houseRules: Readonly<Record<string, Rule.RuleModule>> = {
  clock: forbid(
    ":matches(MemberExpression[object.name='Date'][property.name='now'], NewExpression[callee.name='Date'][arguments.length=0], CallExpression[callee.name='Date'])",
    'Time comes from the injected Clock (src/base/clock.ts).',
  ),
  chance: forbid(
    "MemberExpression[object.name='Math'][property.name='random']",
    'Chance comes from src/base/id.ts, or from a seed.',
  ),
  environment: forbid(
    ":matches(MemberExpression[object.name='process'][property.name='env'], ImportDeclaration[source.value=/^(node:)?process$/] ImportSpecifier[imported.name='env'], VariableDeclarator[init.name='process'] Property[key.name='env'])",
    'The environment is read in src/main/env.ts alone.',
  ),
  cryptography: forbid(
    ':matches(ImportDeclaration[source.value=/^(node:)?crypto$/], ImportExpression[source.value=/^(node:)?crypto$/], MemberExpression[object.name=/^(crypto|globalThis)$/][property.name=/^(crypto|subtle|randomUUID|getRandomValues)$/])',
    'Cryptography lives in src/security (and src/base/id.ts).',
  ),
  'sql-in-stores': sqlInStores,
  'no-focused-test': forbid(
    `:matches(MemberExpression[object.name=${TEST_WORDS}][property.name=/^(only|skip|todo|skipIf|runIf|fails)$/], CallExpression[callee.property.name='skip'][callee.object.name=/^(context|ctx|task|t)$/][arguments.length=0], CallExpression[callee.name='skip'][arguments.length=0], CallExpression[callee.name=/^(fit|fdescribe|xit|xtest|xdescribe)$/])`,
    'Every test runs. One that cannot here says so: context.skip("reason").',
  ),
  'errors-are-the-only-classes': forbid(
    ':matches(ClassDeclaration, ClassExpression):not([superClass.name=/(Error|Fault)$/])',
    'No classes but errors: write a factory createX(deps).',
  ),
  'suppression-reason': suppressionReason,
};
