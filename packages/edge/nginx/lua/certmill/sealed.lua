--- What the agent has sealed for the shared cache (AES-256-GCM): 12 bytes of nonce, the text, 16 bytes of tag. Whose it is, is
-- sealed with it, so that an entry cannot be put in another's place.
local ffi = require "ffi"
local C = ffi.C

ffi.cdef [[
void *EVP_CIPHER_CTX_new(void);
void EVP_CIPHER_CTX_free(void *context);
const void *EVP_aes_256_gcm(void);
int EVP_DecryptInit_ex(void *context, const void *cipher, void *engine, const unsigned char *key, const unsigned char *nonce);
int EVP_DecryptUpdate(void *context, unsigned char *out, int *length, const unsigned char *in, int in_length);
int EVP_DecryptFinal_ex(void *context, unsigned char *out, int *length);
int EVP_CIPHER_CTX_ctrl(void *context, int type, int argument, void *pointer);
void ERR_clear_error(void);
]]

local set_tag = 0x11
local nonce_length, tag_length = 12, 16

local _M = {}

--- @param key 32 bytes.
-- @return nil when it was not sealed by that key, or for another owner.
function _M.open(key, sealed, owner)
  local length = #sealed - nonce_length - tag_length
  if length < 0 then return nil end
  local context = ffi.gc(C.EVP_CIPHER_CTX_new(), C.EVP_CIPHER_CTX_free)
  local out, written = ffi.new("unsigned char[?]", length + 16), ffi.new("int[1]")
  local tag = ffi.new("unsigned char[16]", sealed:sub(-tag_length))
  local opened = C.EVP_DecryptInit_ex(context, C.EVP_aes_256_gcm(), nil, key, sealed:sub(1, nonce_length)) == 1
    and C.EVP_DecryptUpdate(context, nil, written, owner, #owner) == 1
    and C.EVP_DecryptUpdate(context, out, written, sealed:sub(nonce_length + 1, -tag_length - 1), length) == 1
    and C.EVP_CIPHER_CTX_ctrl(context, set_tag, tag_length, tag) == 1
    and C.EVP_DecryptFinal_ex(context, out + written[0], ffi.new("int[1]")) == 1
  -- What OpenSSL leaves in its queue of errors would be taken for the handshake's.
  C.ERR_clear_error()
  return opened and ffi.string(out, length) or nil
end

return _M
