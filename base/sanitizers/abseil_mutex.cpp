// Tells the thread sanitizer what absl::Mutex and its kin order. Debian's Abseil is not
// instrumented, so that all which such a mutex guards would seem to race; gRPC is built on the same
// mutex. The definitions here stand before those of the shared library, which they call, for the
// program and for every library in it. Part of builds with QALAM_SANITIZE=thread alone.
#include <absl/base/options.h>
#include <absl/synchronization/mutex.h>
#include <absl/synchronization/notification.h>
#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

#include <cstdlib>
#include <string>

extern "C" {
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);
}

namespace {

#define QALAM_TEXT_OF(name) #name
#define QALAM_TEXT(name) QALAM_TEXT_OF(name)

// The library's method of that mangled name, less the namespaces; `kind` is K for a const one.
void* Find(const char* kind, const char* name) {
  const std::string space = QALAM_TEXT(ABSL_OPTION_INLINE_NAMESPACE_NAME);
  const std::string symbol =
      std::string("_ZN") + kind + "4absl" + std::to_string(space.size()) + space + name;
  void* function = dlsym(RTLD_NEXT, symbol.c_str());
  if (function == nullptr) std::abort();  // another Abseil, whose names must be given here
  return function;
}

// Looks each up once.
#define QALAM_METHOD(kind, name)                 \
  ([] {                                          \
    static void* const found = Find(kind, name); \
    return found;                                \
  }())
#define QALAM_ORIGINAL(name) QALAM_METHOD("", name)
#define QALAM_ORIGINAL_CONST(name) QALAM_METHOD("K", name)

template <typename Result, typename... Arguments>
Result Call(void* function, Arguments... arguments) {
  return reinterpret_cast<Result (*)(Arguments...)>(function)(arguments...);
}

// A mutex evaluates the conditions of those that wait for it while others unlock it: reads under
// the mutex, but after the sanitizer was told of the unlocking.
class Unlocked {
 public:
  explicit Unlocked(void* object) {
    __tsan_release(object);
    AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
  }
  ~Unlocked() { AnnotateIgnoreReadsEnd(__FILE__, __LINE__); }
  Unlocked(const Unlocked&) = delete;
  Unlocked& operator=(const Unlocked&) = delete;
};

class LockedAfterwards {
 public:
  explicit LockedAfterwards(void* object) : object_(object) {}
  ~LockedAfterwards() { __tsan_acquire(object_); }
  LockedAfterwards(const LockedAfterwards&) = delete;
  LockedAfterwards& operator=(const LockedAfterwards&) = delete;

 private:
  void* object_;
};

// Of a method that gives the mutex up while it waits.
template <typename Result, typename... Arguments>
Result CallUnlocked(void* mutex, void* function, Arguments... arguments) {
  const LockedAfterwards locked(mutex);
  const Unlocked unlocked(mutex);
  return Call<Result>(function, arguments...);
}

}  // namespace

namespace absl {
ABSL_NAMESPACE_BEGIN

void Mutex::Lock() {
  const LockedAfterwards locked(this);
  Call<void>(QALAM_ORIGINAL("5Mutex4LockEv"), this);
}

bool Mutex::TryLock() {
  const LockedAfterwards locked(this);
  return Call<bool>(QALAM_ORIGINAL("5Mutex7TryLockEv"), this);
}

void Mutex::Unlock() {
  const Unlocked unlocked(this);
  Call<void>(QALAM_ORIGINAL("5Mutex6UnlockEv"), this);
}

void Mutex::ReaderLock() {
  const LockedAfterwards locked(this);
  Call<void>(QALAM_ORIGINAL("5Mutex10ReaderLockEv"), this);
}

bool Mutex::ReaderTryLock() {
  const LockedAfterwards locked(this);
  return Call<bool>(QALAM_ORIGINAL("5Mutex13ReaderTryLockEv"), this);
}

void Mutex::ReaderUnlock() {
  const Unlocked unlocked(this);
  Call<void>(QALAM_ORIGINAL("5Mutex12ReaderUnlockEv"), this);
}

void Mutex::Await(const Condition& condition) {
  CallUnlocked<void>(this, QALAM_ORIGINAL("5Mutex5AwaitERKNS0_9ConditionE"), this, &condition);
}

bool Mutex::AwaitWithTimeout(const Condition& condition, Duration timeout) {
  return CallUnlocked<bool>(
      this, QALAM_ORIGINAL("5Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE"), this,
      &condition, timeout);
}

bool Mutex::AwaitWithDeadline(const Condition& condition, Time deadline) {
  return CallUnlocked<bool>(this,
                            QALAM_ORIGINAL("5Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE"),
                            this, &condition, deadline);
}

void Mutex::LockWhen(const Condition& condition) {
  CallUnlocked<void>(this, QALAM_ORIGINAL("5Mutex8LockWhenERKNS0_9ConditionE"), this, &condition);
}

bool Mutex::LockWhenWithTimeout(const Condition& condition, Duration timeout) {
  return CallUnlocked<bool>(
      this, QALAM_ORIGINAL("5Mutex19LockWhenWithTimeoutERKNS0_9ConditionENS0_8DurationE"), this,
      &condition, timeout);
}

bool Mutex::LockWhenWithDeadline(const Condition& condition, Time deadline) {
  return CallUnlocked<bool>(
      this, QALAM_ORIGINAL("5Mutex20LockWhenWithDeadlineERKNS0_9ConditionENS0_4TimeE"), this,
      &condition, deadline);
}

void CondVar::Wait(Mutex* mutex) {
  CallUnlocked<void>(mutex, QALAM_ORIGINAL("7CondVar4WaitEPNS0_5MutexE"), this, mutex);
}

bool CondVar::WaitWithTimeout(Mutex* mutex, Duration timeout) {
  return CallUnlocked<bool>(mutex,
                            QALAM_ORIGINAL("7CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE"),
                            this, mutex, timeout);
}

bool CondVar::WaitWithDeadline(Mutex* mutex, Time deadline) {
  return CallUnlocked<bool>(mutex,
                            QALAM_ORIGINAL("7CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE"),
                            this, mutex, deadline);
}

void Notification::Notify() {
  __tsan_release(this);
  // What HasBeenNotified, which is inline, loads.
  __tsan_release(&notified_yet_);
  Call<void>(QALAM_ORIGINAL("12Notification6NotifyEv"), this);
}

void Notification::WaitForNotification() const {
  const LockedAfterwards notified(const_cast<Notification*>(this));
  Call<void>(QALAM_ORIGINAL_CONST("12Notification19WaitForNotificationEv"), this);
}

bool Notification::WaitForNotificationWithTimeout(Duration timeout) const {
  const LockedAfterwards notified(const_cast<Notification*>(this));
  return Call<bool>(
      QALAM_ORIGINAL_CONST("12Notification30WaitForNotificationWithTimeoutENS0_8DurationE"), this,
      timeout);
}

bool Notification::WaitForNotificationWithDeadline(Time deadline) const {
  const LockedAfterwards notified(const_cast<Notification*>(this));
  return Call<bool>(
      QALAM_ORIGINAL_CONST("12Notification31WaitForNotificationWithDeadlineENS0_4TimeE"), this,
      deadline);
}

ABSL_NAMESPACE_END
}  // namespace absl
