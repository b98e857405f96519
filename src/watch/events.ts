/**
 * Every event that the program notes: one typed row a cause (S85), named `room.what_happened`; the OWASP logging
 * vocabulary's word where it has one. `audited` events are also kept as audit entries in the transaction of what they
 * tell of (I9). Events carry ids, codes and counts; never a phone, a name, a text or an amount (I10).
 */
type EventRow = { readonly level: 'info' | 'warn' | 'error'; readonly audited: boolean; readonly owasp?: string };

export const EVENTS = {
  'intake.signature_refused': { level: 'warn', audited: false, owasp: 'authn_login_fail' },
  'intake.handshake_refused': { level: 'warn', audited: false, owasp: 'authn_login_fail' },
  'intake.handshake_answered': { level: 'info', audited: false },
  'intake.request_refused': { level: 'warn', audited: false, owasp: 'input_validation_fail' },
  'intake.body_quarantined': { level: 'error', audited: false, owasp: 'input_validation_fail' },
  'intake.message_quarantined': { level: 'error', audited: false, owasp: 'input_validation_fail' },
  'intake.message_ignored': { level: 'info', audited: false },
  'intake.duplicate_dropped': { level: 'info', audited: false },
  'intake.status_ignored': { level: 'info', audited: false },
  'intake.value_error_received': { level: 'error', audited: false },
  'intake.store_away': { level: 'error', audited: false },
  'intake.waiting_room_full': { level: 'warn', audited: false },
  'intake.mock_header_seen': { level: 'warn', audited: false, owasp: 'authz_fail' },
  'identity.bound': { level: 'info', audited: true, owasp: 'authn_token_created' },
  'identity.number_attached': { level: 'info', audited: true },
  'identity.number_contested': { level: 'error', audited: true, owasp: 'authn_impersonate' },
  'identity.number_differs': { level: 'warn', audited: true },
  'identity.change_announced': { level: 'warn', audited: true },
  'queue.lane_retried': { level: 'warn', audited: false },
  'queue.lane_isolated': { level: 'error', audited: false },
  'queue.input_buried': { level: 'error', audited: true },
  'queue.lease_lost': { level: 'warn', audited: false },
  'conversation.turn_finished': { level: 'info', audited: false },
  'conversation.session_expired': { level: 'info', audited: false, owasp: 'session_expired' },
  'conversation.session_unreadable': { level: 'error', audited: false, owasp: 'authn_token_reuse' },
  'conversation.session_not_kept': { level: 'warn', audited: false },
  'conversation.stale_message': { level: 'warn', audited: false },
  'conversation.message_unread': { level: 'info', audited: false },
  'conversation.old_button_refused': { level: 'info', audited: false },
  'conversation.limit_reached': { level: 'warn', audited: false, owasp: 'excess_rate_limit_exceeded' },
  'conversation.dependency_away': { level: 'error', audited: false },
  'credex.log_in_done': { level: 'info', audited: true, owasp: 'authn_login_success' },
  'credex.log_in_refused': { level: 'warn', audited: true, owasp: 'authn_login_fail' },
  'credex.member_registered': { level: 'info', audited: true, owasp: 'user_created' },
  'credex.registration_refused': { level: 'warn', audited: true, owasp: 'input_validation_fail' },
  'credex.token_renewed': { level: 'info', audited: false, owasp: 'authn_token_created' },
  'credex.member_mismatch': { level: 'error', audited: true, owasp: 'authz_fail' },
  'ledger.credex_offered': { level: 'info', audited: true },
  'ledger.credex_accepted': { level: 'info', audited: true },
  'ledger.credex_declined': { level: 'info', audited: true },
  'ledger.credex_cancelled': { level: 'info', audited: true },
  'ledger.credex_refused': { level: 'warn', audited: true, owasp: 'authz_fail' },
  'ledger.request_failed': { level: 'error', audited: false },
  'delivery.message_sent': { level: 'info', audited: false },
  'delivery.message_undelivered': { level: 'error', audited: false },
  'delivery.store_away': { level: 'error', audited: false },
  'delivery.message_expired': { level: 'warn', audited: false },
  'delivery.send_ambiguous': { level: 'warn', audited: false },
  'delivery.send_retried': { level: 'warn', audited: false },
  'delivery.recipient_throttled': { level: 'warn', audited: false },
  'delivery.breaker_opened': { level: 'error', audited: false },
  'delivery.breaker_closed': { level: 'info', audited: false },
  'security.key_made': { level: 'info', audited: true, owasp: 'sys_crypto_key_created' },
  'main.role_started': { level: 'info', audited: false, owasp: 'sys_startup' },
  'main.role_stopped': { level: 'info', audited: false, owasp: 'sys_shutdown' },
  'main.process_failed': { level: 'error', audited: false, owasp: 'sys_crash' },
  'main.child_restarted': { level: 'error', audited: false, owasp: 'sys_restart' },
} as const satisfies Record<string, EventRow>;

export type EventName = keyof typeof EVENTS;
export type AuditedEvent = {
  [Name in EventName]: (typeof EVENTS)[Name]['audited'] extends true ? Name : never;
}[EventName];

export const isAudited = (name: EventName): name is AuditedEvent => EVENTS[name].audited;
