// Fuzzes the PTX front end: whatever the text, Module::load answers with a module or an error log. Built with the address
// and undefined-behaviour sanitizers; -fsanitize-coverage=trace-pc tells which inputs reach something new.
//   ptx_fuzz SECONDS SEED FILE...      the files are the first corpus; a failing input is left in ./fuzz-failure.ptx
#include <sanitizer/asan_interface.h>
#include <sys/time.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "../src/ptx/module.h"

using namespace initium::soft;

namespace {

constexpr size_t kEdges = 1 << 16, kMaxText = 6000;
unsigned char edges[kEdges], seen[kEdges];
std::string current;

void leave() {
  std::ofstream("fuzz-failure.ptx") << current;
  std::fprintf(stderr, "the input is in fuzz-failure.ptx\n");
}
void onSignal(int) {
  leave();
  _exit(1);
}

// Seconds of processor time from now: a busy machine is no defect.
void limit(long seconds) {
  const itimerval timer{{0, 0}, {seconds, 0}};
  setitimer(ITIMER_PROF, &timer, nullptr);
}

std::mt19937_64 random_;
size_t below(size_t n) { return n == 0 ? 0 : random_() % n; }

const char* kWords[] = {"0", "-1", "4294967296", "18446744073709551615", "0x80000000", "0f7fc00000", "0dfff0000000000000", "1e999", "<100000000>", "[2147483648]", "[]", "{", "}", "(", ")", "[", "]", ";", ",", "@", "!", "|", "+", "-", "=",
                        ".reg .b32 %z<9>;", ".shared .align 65536 .b8 q[49152];", ".local .b64 l[65536];", ".param .b64 p;", "bra L;", "L:", "call f, (p);", "call (p), f;", ".func f(.param .b64 a) { ret; }", ".entry e() {}", "ret;",
                        "bar.red.popc.u32", "shfl.sync.idx.b32", "ld.global.v4.u32", "mov.b64", "_", "%tid.x", "%clock64", "WARP_SZ", "setp.eq.or.u32", "cvt.rni.s32.f32", "atom.cas.b64", ".v4", ".align 3", ".u64", ".pred", ".version 7.1",
                        "ts: .branchtargets L, L;", "brx.idx", ".global .u64 g[3] = {generic(g)+8, g, -1};", ".extern .shared .b8 dyn[];", "dyn+4", ".pragma \"nounroll\";", ".loc 1 2 3\n", "/*", "*/", "//", "\"", "lop3.b32"};

std::string mutate(std::string t, const std::vector<std::string>& corpus) {
  for (size_t n = 1 + below(4); n > 0; n--) {
    const size_t at = below(t.size() + 1), length = below(std::min<size_t>(t.size() - at, 40) + 1);
    switch (below(9)) {
      case 0: if (at < t.size()) t[at] = char(random_()); break;
      case 1: t.erase(at, length); break;
      case 2: t.insert(at, t.substr(below(t.size() + 1), below(60))); break;
      case 3: case 4: t.insert(at, std::string(" ") + kWords[below(std::size(kWords))] + " "); break;
      case 5: {  // a line of another input
        const std::string& other = corpus[below(corpus.size())];
        const size_t start = other.find('\n', below(other.size() + 1)), end = start == other.npos ? start : other.find('\n', start + 1);
        if (end != other.npos) t.insert(std::min(t.find('\n', at), t.size()), other.substr(start, end - start));
        break;
      }
      case 6: {  // a line away
        const size_t start = t.find('\n', at), end = start == t.npos ? start : t.find('\n', start + 1);
        if (end != t.npos) t.erase(start, end - start);
        break;
      }
      case 7: {  // another word in the place of one
        const size_t start = t.find_first_of(" \t,[", at), end = start == t.npos ? start : t.find_first_of(" \t,];", start + 1);
        if (end != t.npos) t.replace(start + 1, end - start - 1, kWords[below(std::size(kWords))]);
        break;
      }
      default: t.resize(at);
    }
  }
  if (t.size() > kMaxText) t.resize(kMaxText);
  return t;
}

bool isNew() {
  bool fresh = false;
  for (size_t k = 0; k < kEdges; k++) {
    unsigned char bucket = edges[k] == 0 ? 0 : edges[k] < 4 ? edges[k] : edges[k] < 16 ? 8 : 16;
    if (bucket & ~seen[k]) seen[k] |= bucket, fresh = true;
    edges[k] = 0;
  }
  return fresh;
}

}  // namespace

extern "C" __attribute__((no_sanitize_coverage)) void __sanitizer_cov_trace_pc() {
  unsigned char& count = edges[(reinterpret_cast<uintptr_t>(__builtin_return_address(0)) >> 2) % kEdges];
  if (count != 255) count++;
}

int main(int argc, char** argv) {
  if (argc < 4) return std::fprintf(stderr, "usage: %s SECONDS SEED FILE...\n", argv[0]), 2;
  __sanitizer_set_death_callback(leave);
  std::signal(SIGPROF, onSignal);
  random_.seed(std::strtoull(argv[2], nullptr, 10));
  std::vector<std::string> corpus;
  for (int k = 3; k < argc; k++) {
    std::ifstream file(argv[k], std::ios::binary);
    std::string whole((std::istreambuf_iterator<char>(file)), {});
    // One input for each kernel, since long ones are slow: the head of the file and the kernel.
    const std::string head = whole.substr(0, std::min(whole.find(".visible .entry"), whole.size()));
    for (size_t at = whole.find(".visible .entry"); at != whole.npos; at = whole.find(".visible .entry", at + 1)) corpus.push_back((head + whole.substr(at, whole.find("\n}", at) + 3 - at)).substr(0, kMaxText));
    if (whole.find(".visible .entry") == whole.npos) corpus.push_back(whole);
  }
  Memory memory(1, 1 << 24);
  long runs = 0, loaded = 0;
  const auto load = [&](const std::string& text) {
    current = text;
    limit(20);  // no input may take that long
    std::string log;
    const auto module = Module::load(text, memory, 0, log);
    runs++;
    loaded += module != nullptr;
    if (module == nullptr && log.empty()) std::abort();
  };
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(std::atoi(argv[1]));
  for (const std::string& text : corpus) load(text), isNew();
  while (std::chrono::steady_clock::now() < end) {
    const std::string text = mutate(corpus[below(corpus.size())], corpus);
    load(text);
    if (isNew() && corpus.size() < 20000) corpus.push_back(text);
  }
  limit(0);
  std::printf("fuzzed PTX: %ld texts, %ld of them loaded, %zu in the corpus\n%ld passed, 0 failed\n", runs, loaded, corpus.size(), runs);
}
