import type { Screen } from '../sessions/session.ts';
import type { AskOutcome } from '../decision.ts';
import { quote } from '../wording/quote.ts';
import { tellAbout } from './about.ts';
import type { ScreenFlow, ScreenTurn, Step, Turn } from './flow.ts';
import { logIn, welcomeMember } from './greeting.ts';
import { readName } from './name.ts';
import { paragraphs, pickByNumber, showButtons, showText } from './show.ts';

type Of<Name extends Screen['name']> = Extract<Screen, { name: Name }>;
type RegisterOutcome = Extract<AskOutcome, { ask: 'register' }>;

const stop = ({ wording }: Turn): Step => ({ step: 'go', screen: { name: 'welcome' }, note: wording.begin.cancelled });

const askFirstName = (note?: string): Step => ({
  step: 'go',
  screen: { name: 'register.first_name' },
  ...(note === undefined ? {} : { note }),
});

const WELCOME_ACTIONS = ['join', 'about'] as const;

export const welcome: ScreenFlow<Of<'welcome'>> = {
  show: ({ live, wording }, note) =>
    showButtons(live.nonce, paragraphs(note, wording.welcome.body), [
      { action: 'join', title: wording.welcome.join },
      { action: 'about', title: wording.welcome.about },
    ]),
  hear: (turn, text) => {
    const action = /^(join|become a member)$/i.test(text) ? 'join' : pickByNumber(WELCOME_ACTIONS, text);
    const step = action === undefined ? undefined : welcome.choose(turn, action);
    return step ?? { step: 'stay', note: turn.wording.begin.unknownText };
  },
  choose: (turn, action) => {
    if (action === 'join') return askFirstName();
    return action === 'about' ? tellAbout(turn) : undefined;
  },
  cancel: ({ wording }) => ({ step: 'stay', note: wording.begin.nothingToCancel }),
};

export const firstName: ScreenFlow<Of<'register.first_name'>> = {
  expects: 'name',
  show: ({ wording }, note) => showText(paragraphs(note, wording.register.askFirstName)),
  hear: ({ wording }, text) => {
    const read = readName(text);
    return 'name' in read
      ? { step: 'go', screen: { name: 'register.last_name', firstname: read.name } }
      : { step: 'stay', note: wording.register.refusedNames[read.refusal] };
  },
  choose: () => undefined,
  cancel: stop,
};

export const lastName: ScreenFlow<Of<'register.last_name'>> = {
  expects: 'name',
  show: ({ screen, wording }, note) =>
    showText(paragraphs(note, wording.register.askLastName(quote(screen.firstname)))),
  hear: ({ screen, wording }, text) => {
    const read = readName(text);
    return 'name' in read
      ? { step: 'go', screen: { name: 'register.confirm', firstname: screen.firstname, lastname: read.name } }
      : { step: 'stay', note: wording.register.refusedNames[read.refusal] };
  },
  choose: () => undefined,
  cancel: stop,
};

const CONFIRM_ACTIONS = ['yes', 'change', 'cancel'] as const;

const register = ({ screen: { firstname, lastname } }: ScreenTurn<Of<'register.confirm'>>): Step => ({
  step: 'ask',
  ask: { ask: 'register', registration: { firstname, lastname, defaultDenomination: 'USD' } },
  carry: { after: 'registered' },
});

export const confirm: ScreenFlow<Of<'register.confirm'>> = {
  show: ({ live, screen, wording }, note) =>
    showButtons(
      live.nonce,
      paragraphs(note, wording.register.confirm(quote(screen.firstname), quote(screen.lastname))),
      [
        { action: 'yes', title: wording.register.yes },
        { action: 'change', title: wording.register.change },
        { action: 'cancel', title: wording.register.cancel },
      ],
    ),
  hear: (turn, text) => {
    const typed = CONFIRM_ACTIONS.find((action) => action === text.toLowerCase());
    const action = typed ?? pickByNumber(CONFIRM_ACTIONS, text);
    const step = action === undefined ? undefined : confirm.choose(turn, action);
    return step ?? { step: 'stay', note: turn.wording.register.useButtons };
  },
  choose: (turn, action) => {
    switch (action) {
      case 'yes':
        return register(turn);
      case 'change':
        return askFirstName();
      case 'cancel':
        return stop(turn);
      default:
        return undefined;
    }
  },
  cancel: stop,
};

/** What core said to the registration. The names stay on the screen unless they were refused or the account is open. */
export const hearRegistration = (turn: Turn, { result }: RegisterOutcome): Step => {
  const { wording } = turn;
  if (result === 'core_away') return { step: 'stay', note: wording.register.away };
  if (result === 'outcome_unknown')
    return { step: 'say', kind: 'receipt', text: wording.register.unknown, session: 'end' };
  if (result.ok) return welcomeMember(turn, result.value);
  switch (result.refusal) {
    case 'credex.member_exists':
      return logIn('already_member');
    case 'credex.name_refused':
      return { ...askFirstName(wording.register.nameRefused), kind: 'receipt' };
    case 'credex.registration_refused':
      return { step: 'say', kind: 'receipt', text: wording.register.refused, session: 'end' };
  }
};
