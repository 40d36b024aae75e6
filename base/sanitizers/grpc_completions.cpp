// Tells the thread sanitizer what gRPC orders: all that a thread does before it hands a batch of
// operations over comes before what is done once the batch has ended. Debian's gRPC is not
// instrumented. The definitions here stand before those of the shared libraries and of gRPC's
// headers, and call them. Part of builds with QALAM_SANITIZE=thread alone.
#include <dlfcn.h>
#include <grpc/grpc.h>
#include <grpcpp/support/callback_common.h>
#include <sanitizer/tsan_interface.h>

#include <cstdlib>

namespace {

using grpc::internal::CallbackWithStatusTag;
using grpc::internal::CallbackWithSuccessTag;

template <typename Function>
Function* Original(Function*, const char* name) {
  void* found = dlsym(RTLD_NEXT, name);
  if (found == nullptr) std::abort();  // another gRPC, whose names must be given here
  return reinterpret_cast<Function*>(found);
}

void RunTag(CallbackWithStatusTag& tag, bool ok);
void RunTag(CallbackWithSuccessTag& tag, bool ok);

// Private methods can be named in an explicit instantiation, and nowhere else.
template <typename Tag, void (Tag::*run)(bool)>
struct PrivateRun {
  friend void RunTag(Tag& tag, bool ok) { (tag.*run)(ok); }
};
template struct PrivateRun<CallbackWithStatusTag, &CallbackWithStatusTag::Run>;
template struct PrivateRun<CallbackWithSuccessTag, &CallbackWithSuccessTag::Run>;

template <typename Tag>
void Complete(grpc_completion_queue_functor* tag, int ok) {
  __tsan_acquire(tag);
  RunTag(static_cast<Tag&>(*tag), ok != 0);
}

}  // namespace

// What gRPC calls when a batch of the callback API has ended.
#define QALAM_STATIC_RUN(length_and_name) \
  __asm__("_ZN4grpc8internal" length_and_name "9StaticRunEP29grpc_completion_queue_functori")
void CompleteWithStatus(grpc_completion_queue_functor* tag, int ok)
    QALAM_STATIC_RUN("21CallbackWithStatusTag");
void CompleteWithStatus(grpc_completion_queue_functor* tag, int ok) {
  Complete<CallbackWithStatusTag>(tag, ok);
}
void CompleteWithSuccess(grpc_completion_queue_functor* tag, int ok)
    QALAM_STATIC_RUN("22CallbackWithSuccessTag");
void CompleteWithSuccess(grpc_completion_queue_functor* tag, int ok) {
  Complete<CallbackWithSuccessTag>(tag, ok);
}

extern "C" {

grpc_call_error grpc_call_start_batch(grpc_call* call, const grpc_op* operations, size_t count,
                                      void* tag, void* reserved) {
  static auto* const original = Original(grpc_call_start_batch, __func__);
  __tsan_release(tag);
  return original(call, operations, count, tag, reserved);
}

grpc_event grpc_completion_queue_next(grpc_completion_queue* queue, gpr_timespec deadline,
                                      void* reserved) {
  static auto* const original = Original(grpc_completion_queue_next, __func__);
  const grpc_event event = original(queue, deadline, reserved);
  if (event.type == GRPC_OP_COMPLETE) __tsan_acquire(event.tag);
  return event;
}

grpc_event grpc_completion_queue_pluck(grpc_completion_queue* queue, void* tag,
                                       gpr_timespec deadline, void* reserved) {
  static auto* const original = Original(grpc_completion_queue_pluck, __func__);
  const grpc_event event = original(queue, tag, deadline, reserved);
  if (event.type == GRPC_OP_COMPLETE) __tsan_acquire(event.tag);
  return event;
}

}  // extern "C"
