#include <cstdlib>

#include "boundary.hpp"

extern "C" {

int32_t exp_version(void) { return EXP_VERSION_NUMBER; }

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
void exp_cancel_free(exp_cancel* cancel) { delete cancel; }

}  // extern "C"
