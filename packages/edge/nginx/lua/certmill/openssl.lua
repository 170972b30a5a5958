--- Certificates and keys as OpenSSL has them in memory. Parsing is what a handshake costs with OpenSSL 3.0 (about
-- a millisecond), so it is done once for each worker, and an issuer that many certificates have only once at all.
--
-- ngx.ssl parses PEM only; what lies in shared memory is DER. A chain is what ngx.ssl calls a parsed certificate
-- (a STACK_OF(X509)), so it goes to ngx.ssl.set_cert and is freed as one of its own.
local ffi = require "ffi"
local lrucache = require "resty.lrucache"
require "ngx.ssl" -- declares ngx_http_lua_ffi_free_cert and ngx_http_lua_ffi_free_priv_key

local C = ffi.C

ffi.cdef [[
void *d2i_X509(void **certificate, const unsigned char **in, long length);
void X509_free(void *certificate);
int X509_up_ref(void *certificate);
void *X509_get_serialNumber(void *certificate);
int X509_check_private_key(const void *certificate, const void *key);
void *ASN1_INTEGER_to_BN(const void *number, void *bn);
char *BN_bn2hex(const void *bn);
void BN_free(void *bn);
void CRYPTO_free(void *pointer, const char *file, int line);
void *d2i_AutoPrivateKey(void **key, const unsigned char **in, long length);
void *OPENSSL_sk_new_null(void);
int OPENSSL_sk_push(void *stack, const void *element);
void ERR_clear_error(void);
unsigned char *SHA256(const unsigned char *data, size_t length, unsigned char *digest);
const char *inet_ntop(int family, const void *address, char *text, unsigned int size);
]]

local _M = {}

--- Issuers by the digest of their DER: a CA has a handful.
local issuers = lrucache.new(200)

--- What OpenSSL leaves in its queue of errors would be taken for the handshake's.
local function parse(read, der)
  local start = ffi.cast("const unsigned char *", der)
  local position = ffi.new("const unsigned char *[1]", start)
  local object = read(nil, position, #der)
  C.ERR_clear_error()
  if object == nil then return nil end
  return object, position[0] - start == #der
end

--- @return nil when `der` is not one certificate and nothing else.
function _M.certificate(der)
  local object, whole = parse(C.d2i_X509, der)
  if object == nil then return nil end
  object = ffi.gc(object, C.X509_free)
  return whole and object or nil
end

--- @return nil when `der` is no private key (PKCS #8, or the forms of RSA and EC that came before it).
function _M.key(der)
  local object = parse(C.d2i_AutoPrivateKey, der)
  if object == nil then return nil end
  return ffi.gc(object, C.ngx_http_lua_ffi_free_priv_key)
end

--- An issuer, parsed once for each worker.
function _M.issuer(digest, der)
  local known = issuers:get(digest)
  if known == nil then
    known = _M.certificate(der)
    if known ~= nil then issuers:set(digest, known) end
  end
  return known
end

--- A chain for ngx.ssl.set_cert. It holds references of its own to all it is made of.
function _M.chain(leaf, above)
  local chain = ffi.gc(C.OPENSSL_sk_new_null(), C.ngx_http_lua_ffi_free_cert)
  C.X509_up_ref(leaf)
  C.OPENSSL_sk_push(chain, leaf)
  for _, issuer in ipairs(above) do
    C.X509_up_ref(issuer)
    C.OPENSSL_sk_push(chain, issuer)
  end
  return chain
end

--- Whether the private key is the one of the certificate.
function _M.fits(certificate, key)
  local fits = C.X509_check_private_key(certificate, key) == 1
  C.ERR_clear_error()
  return fits
end

--- Lower-case hex without leading zeros, as the server tells it.
function _M.serial(certificate)
  local number = C.ASN1_INTEGER_to_BN(C.X509_get_serialNumber(certificate), nil)
  local hex = C.BN_bn2hex(number)
  local text = ffi.string(hex):lower():gsub("^0+(.)", "%1")
  C.CRYPTO_free(hex, "", 0)
  C.BN_free(number)
  return text
end

--- Of the issuers' DER; hex.
function _M.digest(der)
  local bytes = ffi.new("unsigned char[32]")
  C.SHA256(der, #der, bytes)
  return (ffi.string(bytes, 32):gsub(".", function(c) return string.format("%02x", c:byte()) end))
end

local AF_INET, AF_INET6 = 2, 10

--- An address of 4 or 16 bytes as it stands in a certificate's list of names.
function _M.address(bytes)
  local text = ffi.new("char[64]")
  if C.inet_ntop(#bytes == 4 and AF_INET or AF_INET6, bytes, text, 64) == nil then return nil end
  return ffi.string(text)
end

return _M
