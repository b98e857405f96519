import type { Screen } from '../sessions/session.ts';
import type { ScreenFlow } from './flow.ts';
import { ledger } from './ledger.ts';
import { menu } from './menu.ts';
import { offerAmount, offerHandle } from './offer.ts';
import { offersList, oneOffer } from './offers.ts';
import { paymentConfirm } from './payment.ts';
import { confirm, firstName, lastName, welcome } from './registration.ts';

/** Every screen has its flow: a missing one does not compile (S34). */
export const SCREENS: { readonly [Name in Screen['name']]: ScreenFlow<Extract<Screen, { name: Name }>> } = {
  menu,
  welcome,
  'register.first_name': firstName,
  'register.last_name': lastName,
  'register.confirm': confirm,
  'offer.amount': offerAmount,
  'offer.handle': offerHandle,
  'payment.confirm': paymentConfirm,
  'offers.list': offersList,
  'offers.one': oneOffer,
  ledger,
};

/** The flow of a screen. The table's type pairs each name with its own screen, which the compiler cannot follow here. */
export const flowOf = (screen: Screen): ScreenFlow<Screen> => SCREENS[screen.name] as ScreenFlow<Screen>;
