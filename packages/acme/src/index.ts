export { dns01 } from "./challenge/dns-01.ts";
export { dnsAccount01 } from "./challenge/dns-account-01.ts";
export {
  type DnsPersist01Account,
  type DnsPersist01Record,
  dnsPersist01,
} from "./challenge/dns-persist-01.ts";
export { http01 } from "./challenge/http-01.ts";
export { isToken, keyAuthorization } from "./challenge/key-authorization.ts";
export { type TlsAlpn01Challenge, tlsAlpn01 } from "./challenge/tls-alpn-01.ts";
export type { Account, AccountUpdate, NewAccountRequest, OrderPage } from "./client/account.ts";
export { AcmeClient, type AcmeClientOptions, type ReplacementOrder } from "./client/acme-client.ts";
export type { Authorization, AuthorizationStatus } from "./client/authorization.ts";
export type { RetrievedChain } from "./client/certificate-requests.ts";
export type { Challenge } from "./client/challenge.ts";
export type { Directory, DirectoryMeta } from "./client/directory.ts";
export type { NewOrderRequest, Order, OrderStatus } from "./client/order.ts";
export {
  type RenewalInfo,
  type RetrievedRenewalInfo,
  renewalInfoRetryAt,
  renewalTime,
  type UnchangedRenewalInfo,
} from "./client/renewal-info.ts";
export { concernsReplacement } from "./client/replacement.ts";
export type { Retrieved } from "./client/retrieved.ts";
export type { RevocationReason, RevocationRequest } from "./client/revocation.ts";
export type { BeforeRequest, ObservedRequest, ResourceKind } from "./client/signed-requests.ts";
export { AccountHandle } from "./flow/account-handle.ts";
export { AuthorizationHandle } from "./flow/authorization-handle.ts";
export { type Clock, systemClock } from "./flow/clock.ts";
export { downloadChain } from "./flow/download-chain.ts";
export { type NameDifference, nameDifference, namesOf } from "./flow/name-difference.ts";
export {
  type ObtainedCertificate,
  type ObtainRequest,
  type OrderedCertificate,
  obtain,
  orderCertificate,
} from "./flow/obtain.ts";
export { OrderHandle } from "./flow/order-handle.ts";
export { type Polling, poll } from "./flow/poll.ts";
export { proveControl } from "./flow/prove-control.ts";
export type { Publication, Publish, Publishers, Withdraw } from "./flow/publication.ts";
export { AccountKey, accountKeyFromJwk, accountKeyFromPem, generateAccountKey } from "./wire/account-key.ts";
export { AcmeError, type AcmeErrorCode } from "./wire/acme-error.ts";
export type { ExternalAccountBinding } from "./wire/embedded-jws.ts";
export { type Identifier, identifierOf } from "./wire/identifier.ts";
export type { AcmeProblem, ProblemType, Subproblem } from "./wire/problem.ts";
export type { JwsAlgorithm, PublicJwk } from "./wire/signature-algorithm.ts";
export type { Throttling } from "./wire/throttling.ts";
export type { AcmeHttpHeaders, AcmeHttpRequest, AcmeHttpResponse, Transport } from "./wire/transport.ts";
export { type UndiciTransportOptions, undiciTransport } from "./wire/undici-transport.ts";
export type { CertificateFacts } from "./x509/certificate.ts";
export { certificateId } from "./x509/certificate-id.ts";
export { type CertificateKeyKind, generateCertificateKey } from "./x509/certificate-key.ts";
export { type CertificateChain, ChainError, type ChainErrorCode, parseChain } from "./x509/chain.ts";
export { type CertificateRequest, certificateRequest } from "./x509/csr.ts";
export {
  type TlsAlpn01Certificate,
  type TlsAlpn01CertificateRequest,
  tlsAlpn01Certificate,
} from "./x509/tls-alpn-certificate.ts";
