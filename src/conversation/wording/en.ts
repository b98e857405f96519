import { formatMoney } from '../../base/money.ts';
import type { DashboardFacts, PaymentFacts, Wording } from './wording.ts';

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

/** An offer "to" somebody, an answer to one "from" them. */
const describePayment = ({ kind, amount, other }: PaymentFacts): string => {
  const money = formatMoney(amount);
  if (other === undefined) return kind === 'offer' ? `your offer of ${money}` : `the offer of ${money}`;
  if (kind === 'offer') return `your offer of ${money} to ${other}`;
  return kind === 'cancel' ? `taking back ${money} offered to ${other}` : `the offer of ${money} from ${other}`;
};

const SETTLED: Readonly<
  Record<PaymentFacts['kind'], (what: { readonly money: string; readonly other: string }) => string>
> = {
  offer: ({ money, other }) => `Done. You offered *${money}* to ${other}. It is theirs when they accept it.`,
  accept: ({ money, other }) => `Done. You accepted *${money}* from ${other}.`,
  decline: ({ money, other }) => `Done. You declined *${money}* from ${other}. Nothing was paid.`,
  cancel: ({ money, other }) => `Done. You took back your offer of *${money}* to ${other}. You can spend it again.`,
};

const CONFIRM: Readonly<Record<PaymentFacts['kind'], string>> = {
  offer: 'You are about to *offer*:',
  accept: 'You are about to *accept*:',
  decline: 'You are about to *decline*:',
  cancel: 'You are about to *take back* your offer:',
};

const isTowards = (kind: PaymentFacts['kind']): boolean => kind === 'offer' || kind === 'cancel';

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
      offer: { title: 'Send', description: 'Offer somebody an amount' },
      offersIn: { title: 'Offers to you', description: 'Accept or decline what others offer you' },
      offersOut: { title: 'Your offers', description: 'What waits for others, and how to take it back' },
      ledger: { title: 'History', description: 'What was paid, newest first' },
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
    'In your account: *send*, *offers*, *my offers* and *history*.\n' +
    'Quick way to pay: amount, arrow, handle, like *0.5 USD=>handle*. I always ask before I send.\n\n' +
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
  payment: {
    askAmount: (denomination) =>
      `How much do you want to send? Send a number, like *5* or *0.50*. It is in ${denomination}; for another one add it, like *5 USD*.\n\nSend *cancel* to stop.`,
    askHandle: (amount) =>
      `To whom do you want to send *${formatMoney(amount)}*? Send their *handle*. At first it is their phone number.\n\nSend *cancel* to stop.`,
    refusedAmounts: {
      not_a_number: 'I cannot read that amount. Please use only digits and a point, like *5* or *0.50*.',
      too_many_decimals: 'That amount has too many digits after the point. USD, ZWG and CAD take 2, CXX 3, XAU 4.',
      not_positive: 'The amount must be more than zero.',
      too_large: 'That amount is too large.',
      denomination_unknown: 'I do not know that currency. I know USD, ZWG, CXX, CAD and XAU.',
      denominations_two: 'Please name one currency only, before or after the amount.',
    },
    refusedCommands: {
      unsecured: 'I cannot write down promises for later (*->*) yet. For a payment use *=>*, like *0.5=>handle*.',
      dated: 'A payment with *=>* has no date. Please send it without one, like *0.5=>handle*.',
      incomplete: 'I need an amount before the arrow and a handle after it, like *0.5=>handle*.',
      two_arrows: 'Please send one payment at a time, like *0.5=>handle*.',
    },
    handleInvalid: 'That is not a handle. A handle has 3 to 30 letters, digits or _, like *2637…* or *mary_shop*.',
    handleUnknown: (handle) => `I know nobody with the handle ${handle}. Please check it and send it again.`,
    toYourself: 'That is your own account. Please send the handle of somebody else.',
    tooLittle: (held) =>
      `You have ${formatMoney(held)} to send, which is less than that. Please send a smaller amount.`,
    overLimit: (left) => `Today you can still send ${formatMoney(left)}. Please send a smaller amount.`,
    confirm: ({ kind, amount, other, account, handle }) =>
      [
        CONFIRM[kind],
        '',
        `Amount: *${formatMoney(amount)}*`,
        `${isTowards(kind) ? 'To' : 'From'}: ${other ?? ''}${handle === undefined ? '' : ` (${handle})`}`,
        `${isTowards(kind) ? 'From your account' : 'To your account'}: ${account ?? ''}`,
      ].join('\n'),
    yes: { offer: 'Yes, send', accept: 'Yes, accept', decline: 'Yes, decline', cancel: 'Yes, take back' },
    no: 'No, cancel',
    useButtons: 'Nothing is done yet. Please tap one of the two buttons.',
    cancelled: 'Stopped. Nothing was sent.',
    ended: 'That question has ended, so nothing was done. If you still want it, please begin again.',
    settled: ({ kind, amount, other, reference }) =>
      `${SETTLED[kind]({ money: formatMoney(amount), other: other ?? 'the other side' })}\nReference: ${reference}`,
    settledBefore: ({ kind, amount, reference }) =>
      `You said yes to that before, and it was done once: ${describePayment({ kind, amount })}. Nothing more was done now.\nReference: ${reference}`,
    balance: (balances) => `You have: ${balances.length === 0 ? 'nothing yet' : balances.map(formatMoney).join(', ')}`,
    notDone: (facts) => `It was not done: ${describePayment(facts)}.`,
    refused: {
      'credex.limit_reached': 'It is more than you may still send today.',
      'credex.balance_insufficient': 'It is more than you have to send.',
      'credex.accounts_refused': 'It cannot be sent between these two accounts.',
      'credex.offer_refused': `VimbisoPay did not take it. ${HELP_LINE}`,
      'credex.answer_refused': `VimbisoPay did not take your answer. ${HELP_LINE}`,
      'credex.member_unknown': `VimbisoPay does not know you as a member. ${HELP_LINE}`,
      'credex.log_in_refused': `VimbisoPay did not let me open your account. ${HELP_LINE}`,
      'payment.offer_gone': 'That offer no longer waits: it was answered, taken back or has run out.',
    },
    notSent: 'I could not reach VimbisoPay, so nothing was sent. You can tap *Yes* again.',
    pending: (facts) =>
      `I do not know yet what became of ${describePayment(facts)}. Please do not send it again: I am finding out, and will tell you.`,
    unresolved: (facts) =>
      `I could not find out what became of ${describePayment(facts)}. I have not sent it again. Please look at *Your offers* and *History*. ${HELP_LINE}`,
    stillChecking: 'I am still finding out what became of one just like it. Please wait until I have told you.',
    stopped:
      'Payments are stopped for everybody at the moment. Nothing was done, and what you have is safe. Please try again later.',
    unproven: `I cannot move money for this WhatsApp until VimbisoPay has checked your number. Nothing was done. ${HELP_LINE}`,
  },
  offers: {
    button: 'Choose',
    list: {
      in: 'These offers wait for your answer. Choose one, or send its number.',
      out: 'These offers of yours wait for an answer. Choose one to take it back, or send its number.',
    },
    none: { in: 'No offers wait for your answer.', out: 'No offers of yours wait for an answer.' },
    party: { in: (other) => `From ${other}`, out: (other) => `To ${other}` },
    more: { title: 'More', description: 'The next ones' },
    back: { title: 'Back', description: 'To the menu' },
    one: (amount, other) => `${other} offers you *${formatMoney(amount)}*.\n\nWhat do you want to do?`,
    accept: 'Accept',
    decline: 'Decline',
  },
  ledger: {
    empty: 'Nothing was paid yet.',
    body: 'Your history.',
    head: (first, last) => `*History*, newest first: ${first} to ${last}`,
    entry: ({ day, amount, other }) => `${day}  *${amount}*\n${other}`,
    older: 'Older',
    newer: 'Newer',
    menu: 'Menu',
  },
  notices: {
    offered: (amount, other) => `${other} offers you *${formatMoney(amount)}*. Send *offers* to accept or decline it.`,
    accepted: (amount, other) => `${other} accepted your offer of *${formatMoney(amount)}*.`,
    declined: (amount, other) => `${other} declined your offer of *${formatMoney(amount)}*. You can spend it again.`,
    cancelled: (amount, other) => `${other} took back the offer of *${formatMoney(amount)}*.`,
    expired: (amount, other) => `The offer of *${formatMoney(amount)}* with ${other} has run out. Nothing was paid.`,
    cleared: (amount, other) => `*${formatMoney(amount)}* with ${other} was settled against other promises.`,
    defaulted: (amount, other) => `*${formatMoney(amount)}* with ${other} was not paid by its day.`,
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
