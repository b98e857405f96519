import type { Account, Dashboard, PendingOffer } from '../../credex/credex.ts';
import { formatMoney, type Money } from '../../base/money.ts';
import type { WishKind } from '../../payment/payment.ts';
import type { ListedOffer, OfferSide, Screen } from '../sessions/session.ts';
import { quote } from '../wording/quote.ts';
import { enter } from './entering.ts';
import type { ScreenFlow, Step, Turn } from './flow.ts';
import type { MenuRow } from './menu-row.ts';
import { ownedAccounts } from './own-account.ts';
import { refusePayer } from './payer.ts';
import { pickByNumber, showButtons, showList, type ListParts } from './show.ts';

type Of<Name extends Screen['name']> = Extract<Screen, { name: Name }>;

/** Rows of one screen; WhatsApp takes ten, two of them are for going on and back. */
const OFFERS_SHOWN_MAX = 8;

const readOffers = (side: OfferSide, start = 0): Step => ({
  step: 'ask',
  ask: { ask: 'read_dashboard' },
  carry: { after: 'offers', side, start },
});

/** F9 and F13: what waits for me, and what of mine waits for others. */
export const offersInRow: MenuRow = {
  action: 'offers_in',
  say: ({ menu }) => menu.rows.offersIn,
  choose: () => readOffers('in'),
};
export const offersOutRow: MenuRow = {
  action: 'offers_out',
  say: ({ menu }) => menu.rows.offersOut,
  choose: () => readOffers('out'),
};

const pendingOf = ({ pendingIn, pendingOut }: Account, side: OfferSide): readonly PendingOffer[] =>
  side === 'in' ? pendingIn : pendingOut;

const absolute = ({ amountMinor, denomination }: Money): Money => ({
  amountMinor: amountMinor < 0n ? -amountMinor : amountMinor,
  denomination,
});

const toListed = ({ credexId, amount, counterpartyAccountName }: PendingOffer): ListedOffer => ({
  credexId,
  amount: absolute(amount),
  otherName: counterpartyAccountName,
});

/** The dashboard came: the offers of one side, from `start`. */
export const listOffers = (
  turn: Turn,
  dashboard: Dashboard,
  { side, start }: { readonly side: OfferSide; readonly start: number },
): Step => {
  const all = ownedAccounts(dashboard).flatMap((account) => pendingOf(account, side));
  if (all.length === 0)
    return enter(turn, dashboard, { screen: { name: 'menu' }, note: turn.wording.offers.none[side] });
  // What was beyond may be gone by now: then from the beginning.
  const from = start < all.length ? start : 0;
  const offers = all.slice(from, from + OFFERS_SHOWN_MAX).map(toListed);
  const hasMore = from + offers.length < all.length;
  return enter(turn, dashboard, { screen: { name: 'offers.list', side, start: from, offers, hasMore } });
};

const toMenu = ({ wording }: Turn): Step => ({ step: 'go', screen: { name: 'menu' }, note: wording.menu.body });

/** F10, F11, F13: taken from what core says now, so that nothing is confirmed that no longer waits for this member. */
const readAnswer = (turn: Turn, kind: Exclude<WishKind, 'offer'>, { credexId }: ListedOffer): Step =>
  refusePayer(turn) ?? { step: 'ask', ask: { ask: 'read_dashboard' }, carry: { after: 'answer', kind, credexId } };

const chooseOffer = (turn: Turn, side: OfferSide, offer: ListedOffer): Step =>
  side === 'in' ? { step: 'go', screen: { name: 'offers.one', offer } } : readAnswer(turn, 'cancel', offer);

/** Actions of the list in the order of its rows. */
const actionsOf = ({ offers, hasMore }: Of<'offers.list'>): readonly string[] => [
  ...offers.map((_, index) => `offer.${String(index)}`),
  ...(hasMore ? ['more'] : []),
  'menu',
];

export const offersList: ScreenFlow<Of<'offers.list'>> = {
  show: ({ live, screen, wording: { offers, menu } }, note) => {
    const say = (action: string): ListParts['rows'][number] => {
      const listed = screen.offers[Number(/^offer\.([0-9])$/.exec(action)?.[1])];
      if (!listed) return { action, ...(action === 'more' ? offers.more : offers.back) };
      return {
        action,
        title: formatMoney(listed.amount),
        description: offers.party[screen.side](quote(listed.otherName)),
      };
    };
    return showList({
      nonce: live.nonce,
      body: note ?? offers.list[screen.side],
      button: offers.button,
      section: menu.section,
      rows: actionsOf(screen).map(say),
    });
  },
  hear: (turn, text) => {
    const action = pickByNumber(actionsOf(turn.screen), text);
    const step = action === undefined ? undefined : offersList.choose(turn, action);
    return step ?? { step: 'stay', note: turn.wording.begin.unknownText };
  },
  choose: (turn, action) => {
    const { screen } = turn;
    if (action === 'menu') return toMenu(turn);
    if (action === 'more' && screen.hasMore) return readOffers(screen.side, screen.start + screen.offers.length);
    const offer = screen.offers[Number(/^offer\.([0-9])$/.exec(action)?.[1])];
    return offer && chooseOffer(turn, screen.side, offer);
  },
  cancel: toMenu,
};

export const oneOffer: ScreenFlow<Of<'offers.one'>> = {
  show: ({ live, screen: { offer }, wording: { offers } }, note) =>
    showButtons(live.nonce, note ?? offers.one(offer.amount, quote(offer.otherName)), [
      { action: 'accept', title: offers.accept },
      { action: 'decline', title: offers.decline },
      { action: 'back', title: offers.back.title },
    ]),
  hear: ({ wording }) => ({ step: 'stay', note: wording.register.useButtons }),
  choose: (turn, action) => {
    if (action === 'back') return readOffers('in');
    return action === 'accept' || action === 'decline' ? readAnswer(turn, action, turn.screen.offer) : undefined;
  },
  cancel: toMenu,
};

/** The dashboard came: the confirmation of an answer, if the offer still waits for this member. */
export const proposeAnswer = (
  turn: Turn,
  dashboard: Dashboard,
  { kind, credexId }: { readonly kind: Exclude<WishKind, 'offer'>; readonly credexId: string },
): Step => {
  const side = kind === 'cancel' ? 'out' : 'in';
  for (const account of ownedAccounts(dashboard)) {
    const offer = pendingOf(account, side).find((each) => each.credexId === credexId);
    if (!offer) continue;
    const { amount, otherName } = toListed(offer);
    const wish = { kind, accountId: account.accountId, credexId, amount, secured: offer.secured };
    const { memberId } = dashboard.member;
    return { step: 'propose', draft: { wish, facts: { accountName: account.accountName, otherName } }, memberId };
  }
  return enter(turn, dashboard, { screen: { name: 'menu' }, note: turn.wording.payment.refused['payment.offer_gone'] });
};
