import { formatMoney } from '../../base/money.ts';
import type { DashboardFacts, Wording } from './wording.ts';

const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

const balanceLines = ({ balances, unsecured, remaining, netAssets }: DashboardFacts): readonly string[] => [
  '*Balance*',
  ...(balances.length === 0 ? ['Nothing yet'] : balances.map(formatMoney)),
  '',
  ...(unsecured
    ? [
        `Owed to you: ${formatMoney(unsecured.receivables)}`,
        `You owe: ${formatMoney(unsecured.payables)}`,
        `Owed to you, less what you owe: ${formatMoney(unsecured.net)}`,
      ]
    : []),
  ...(remaining ? [`You can still send today: ${formatMoney(remaining)}`] : []),
  `All together: ${formatMoney(netAssets)}`,
];

const offerLines = ({ offersIn, offersOut }: DashboardFacts): readonly string[] => [
  ...(offersIn > 0 ? [`${plural(offersIn, 'offer waits', 'offers wait')} for your answer`] : []),
  ...(offersOut > 0 ? [`${plural(offersOut, 'offer of yours waits', 'offers of yours wait')} for an answer`] : []),
  ...(offersIn + offersOut === 0 ? ['No offers waiting'] : []),
];

const otherLines = ({ others, othersUnnamed }: DashboardFacts): readonly string[] =>
  others.length === 0
    ? []
    : [
        '',
        '*Your other accounts*',
        ...others.map(({ name, netAssets }) => `${name}: ${formatMoney(netAssets)}`),
        ...(othersUnnamed > 0 ? [`and ${othersUnnamed} more`] : []),
      ];

const HELP_LINE = 'I cannot put you through to a person from this chat yet. Please ask a VimbisoPay agent for help.';

/** English, for people who read little of it: short sentences, everyday words, one thing to do next. */
export const en: Wording = Object.freeze({
  begin: {
    hint: 'Send *hi* to begin.',
    expired:
      'Your last visit has ended: a visit closes after five quiet minutes, to keep you safe. ' +
      'I did nothing with your last message. Here is where you are now.',
    oldButton: 'That button belongs to an earlier screen, so nothing was done. Here is where you are now.',
    unknownText: 'Sorry, I did not understand that. Please choose one of these.',
    nothingToCancel: 'There is nothing to cancel.',
    cancelled: 'Stopped. Nothing was saved.',
  },
  menu: {
    button: 'Menu',
    section: 'Your account',
    body: 'What would you like to do? Tap *Menu*, or send a number.',
    rows: {
      balances: { title: 'Balances', description: 'See your account as it is now' },
      about: { title: 'About VimbisoPay', description: 'What it is and how it works' },
      help: { title: 'Help', description: 'What you can send me' },
    },
  },
  dashboard: (facts) =>
    [
      `Hello ${facts.firstname}.`,
      '',
      `*${facts.accountName}*`,
      `Handle: ${facts.handle}`,
      '',
      ...balanceLines(facts),
      '',
      ...offerLines(facts),
      ...otherLines(facts),
    ].join('\n'),
  about:
    '*VimbisoPay* lets people in Zimbabwe pay each other in this chat.\n\n' +
    'It works with credex. A credex is a promise of value from one person to another. ' +
    'The promises are written down and settled against each other, so you need less cash.\n\n' +
    'An account is free. Others find you by your handle, which at first is your phone number.\n\n' +
    'I never ask for a PIN or a password in this chat. Please never send one to anybody.',
  help:
    'You can send me these words at any time:\n' +
    '*menu* - your account\n' +
    '*cancel* - stop what we are doing\n' +
    '*about* - what VimbisoPay is\n' +
    '*help* - this list\n\n' +
    'I can open your account and show you your balances and offers.\n\n' +
    `I am a computer program. ${HELP_LINE}`,
  welcome: {
    body: 'Hello, and welcome to *VimbisoPay*.\n\nYou are not a member yet. Joining is free: I only need your first and last name.',
    join: 'Become a member',
    about: 'About VimbisoPay',
  },
  register: {
    askFirstName: 'What is your *first name*?\n\nSend *cancel* to stop.',
    askLastName: (firstname) => `Thank you, ${firstname}. What is your *last name*?\n\nSend *cancel* to stop.`,
    confirm: (firstname, lastname) =>
      `Is this right?\n\nFirst name: ${firstname}\nLast name: ${lastname}\n\n` +
      'Others will see this name, and find you by your phone number.',
    yes: 'Yes, join',
    change: 'Change',
    cancel: 'Cancel',
    useButtons: 'Please tap one of the buttons.',
    refusedNames: {
      empty: 'I need a name with letters.',
      has_digits: 'A name has no numbers in it. Please send it with letters only.',
      has_symbols: "Please use only letters, spaces, - and ' in the name.",
      too_long: 'That name is too long. Please send one of up to 50 letters.',
    },
    done: (firstname) => `Welcome, ${firstname}! Your account is open.`,
    alreadyMember: 'You are already a member.',
    nameRefused: 'Those names were not accepted, so your account is not open yet. Please try again with plain letters.',
    refused: `VimbisoPay could not open an account for this number. Nothing was done. ${HELP_LINE}`,
    away: 'I cannot reach VimbisoPay right now, so your account is not open yet. I have kept your names. Please tap *Yes* again in a minute.',
    unknown: 'I do not know yet if your account was opened. Please send *hi* in a minute, and I will look.',
  },
  core: {
    away: 'I cannot reach your account right now. Nothing was done. Please try again in a minute.',
    refused: `VimbisoPay did not let me open your account. Nothing was done. ${HELP_LINE}`,
  },
  number: {
    ask: 'Hello, and welcome to *VimbisoPay*.\n\nI cannot see your phone number, and I need it to find or open your account. Please tap the button to share it.',
    askedBefore:
      'I need your phone number before we can go on. Tap the button in my earlier message, or send *number* and I will ask again.',
    othersCard:
      'That card was not sent with my button, so I cannot use it. Please tap the button in my message, or send *number* and I will ask again.',
    notTaken: `I could not use that number. Nothing was done. ${HELP_LINE}`,
  },
  standing: {
    contested:
      'I cannot open an account from this WhatsApp yet. VimbisoPay must first check that this number belongs to you. ' +
      `Any money on an account with this number is safe. ${HELP_LINE}`,
    frozen:
      'Your account is locked to keep it safe. It opens again when VimbisoPay has checked that it is really you. ' +
      `Your money is still there. ${HELP_LINE}`,
  },
  unread: {
    form: 'I was not waiting for a form, so I did nothing with it.',
    location: 'I cannot use places. Please write to me in words.',
    contacts: 'I cannot use contact cards. Please write to me in words.',
    order: 'I do not take orders from a catalogue. Please write to me in words.',
    edit: 'You changed a message. That changes nothing here: please send a new one.',
    revoke: 'You deleted a message. That undoes nothing here.',
    unknown: 'I cannot read this kind of message. Please write to me in words.',
    unsupported: 'I cannot read this kind of message. Please write to me in words.',
    lost: 'WhatsApp could not hand me your message. Please send it again.',
  },
  unreadMedia: {
    image: 'I cannot look at pictures. Please write to me in words.',
    video: 'I cannot watch videos. Please write to me in words.',
    document: 'I cannot open documents. Please write to me in words.',
    audio: 'I cannot listen to voice messages. Please write to me in words.',
    sticker: 'I cannot read stickers. Please write to me in words.',
  },
  thanks: 'You are welcome.',
  late: 'Your message reached me late, so I did nothing with it. If you still want it, please send it again.',
  storesAway: 'I cannot look things up right now. Nothing was done with your message. Please try again in a minute.',
  gaveUp:
    'Something went wrong on our side with your last message, and we are looking into it. Please send *hi* to see where you are.',
  overLimit:
    'You have sent more messages than I can take for now. I will be quiet for a while, and do nothing with what you send until then. ' +
    '*help* and *stop* still work.',
  stop: 'I send no advertising. You only hear from me when you write, and when something happens on your own account. There is nothing more to switch off.',
  start: 'Good. I answer when you write to me, and tell you when something happens on your own account.',
});
