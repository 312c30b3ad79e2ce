#include <cstdlib>

#include <expcore/version.hpp>

#include "boundary.hpp"

extern "C" {

int32_t exp_version(void) { return EXP_VERSION_NUMBER; }
const char* exp_version_text(void) { return expcore::version(); }
const char* exp_dvc_version(void) { return expcore::dvc_version(); }
int32_t exp_has_capability(const char* name) {
  try {
    return name != nullptr && expcore::has_capability(name) ? 1 : 0;
  } catch (...) {  // out of memory
    return 0;
  }
}

void exp_free(void* memory) { std::free(memory); }  // NOLINT: came from malloc in copy_text()

const char* exp_error_message(const exp_error* error) {
  return error == nullptr ? "" : error->message.c_str();
}
const char* exp_error_details(const exp_error* error) {
  return error == nullptr ? "" : error->details.c_str();
}
exp_status exp_error_code(const exp_error* error) {
  return error == nullptr ? EXP_ERR_INTERNAL : error->code;
}
void exp_error_free(exp_error* error) { delete error; }

exp_cancel* exp_cancel_new(void) {
  try {
    return new exp_cancel;
  } catch (...) {
    return nullptr;
  }
}
void exp_cancel_request(exp_cancel* cancel) {
  if (cancel != nullptr) cancel->token.request();
}
int32_t exp_cancel_requested(const exp_cancel* cancel) {
  return cancel != nullptr && cancel->token.requested() ? 1 : 0;
}
int32_t exp_cancel_poll_fd(const exp_cancel* cancel) {
  return cancel == nullptr ? -1 : cancel->token.poll_fd();
}
void exp_cancel_free(exp_cancel* cancel) { delete cancel; }

}  // extern "C"
