// The control of the thread sanitizer: two threads write one int, and it must say so.
#include <cstdio>
#include <thread>

int main() {
  int shared = 0;
  std::thread other([&] { ++shared; });
  ++shared;
  other.join();
  std::printf("%d\n", shared);
}
