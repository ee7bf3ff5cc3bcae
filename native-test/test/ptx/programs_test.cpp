// SPDX-License-Identifier: Apache-2.0
// Programs that nvcc compiled (programs/*.cu, the PTX is committed) against their results on the CPU.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <numeric>
#include <random>

#include "device.h"

using namespace initium::soft;
using namespace initium::soft::test;

namespace {

const std::filesystem::path kPrograms = std::filesystem::path(__FILE__).parent_path() / "programs";

std::string text(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Two orders and two workers: the result must not depend on them.
template <class F> void everyOrder(const std::string& program, F body) {
  for (const uint64_t seed : {0, 7, 1234567}) {
    Device d;
    if (!CHECK(d.load(text(kPrograms / (program + ".ptx"))))) return;
    d.seed = seed;
    d.workers = seed == 0 ? 1 : 2;
    body(d);
  }
}

double ulps(float got, double want) {
  if (std::isnan(want)) return std::isnan(got) ? 0 : 1e30;
  if (std::isinf(float(want)) || std::isinf(got)) return got == float(want) ? 0 : 1e30;
  const float w = float(want), step = std::max(std::nextafter(std::fabs(w), INFINITY) - std::fabs(w), 1.4e-45f);
  return std::fabs(double(got) - want) / step;
}
double ulps(double got, double want) {
  if (std::isnan(want) || std::isinf(want) || std::isinf(got)) return (std::isnan(want) && std::isnan(got)) || got == want ? 0 : 1e30;
  return std::fabs(got - want) / std::max(std::nextafter(std::fabs(want), INFINITY) - std::fabs(want), 5e-324);
}

struct Philox {  // from the paper, word by word
  uint32_t c[4], k[2];
  void rounds() {
    for (int r = 0; r < 10; r++) {
      const uint64_t p0 = uint64_t{0xD2511F53} * c[0], p1 = uint64_t{0xCD9E8D57} * c[2];
      const uint32_t n[4] = {uint32_t(p1 >> 32) ^ c[1] ^ k[0], uint32_t(p1), uint32_t(p0 >> 32) ^ c[3] ^ k[1], uint32_t(p0)};
      std::copy(n, n + 4, c);
      k[0] += 0x9E3779B9, k[1] += 0xBB67AE85;
    }
  }
};
Philox block(uint64_t b, uint64_t seed) {
  Philox p{{uint32_t(b >> 16), uint32_t(b >> 48), uint32_t(b & 0xffff), 0}, {uint32_t(seed), uint32_t(seed >> 32)}};
  p.rounds();
  return p;
}

}  // namespace

TEST(philox_known_answers) {  // Random123 1.14, kat_vectors: philox4x32 10
  const std::vector<uint32_t> counters = {0, 0, 0, 0, ~0u, ~0u, ~0u, ~0u, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, keys = {0, 0, ~0u, ~0u, 0xa4093822, 0x299f31d0};
  const std::vector<uint32_t> want = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd, 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1};
  everyOrder("philox", [&](Device& d) {
    const uint64_t c = d.upload(counters), k = d.upload(keys), out = d.room<uint32_t>(12);
    CHECK(!d.run("words", {1}, {32}, 0, out, c, k, uint32_t(3)));
    CHECK(d.download<uint32_t>(out, 12) == want);
  });
}

TEST(philox_fills) {
  const uint64_t seed = 0x123456789abcdef, n = 20011;
  everyOrder("philox", [&](Device& d) {
    const uint64_t out = d.room<float>(n);
    CHECK(!d.run("uniform", {13}, {96}, 0, out, n, seed, 0.25f, 2.3283064e-10f));
    const auto v = d.download<float>(out, n);
    for (uint64_t i = 0; i < n; i++) CHECK_EQUAL(v[i], std::fma(float(block(i / 4, seed).c[i % 4]), 2.3283064e-10f, 0.25f));
    CHECK(!d.run("normal", {7}, {128}, 0, out, n, seed));
    const auto z = d.download<float>(out, n);
    double worst = 0;
    for (uint64_t i = 0; i < n; i++) {
      const Philox w = block(i / 4, seed);
      const bool high = i / 2 & 1;
      const double u = std::fma(float(w.c[high ? 2 : 0]), 2.3283064e-10f, 1.1641532e-10f), v = std::fma(float(w.c[high ? 3 : 1]), 1.46291807e-9f, 7.3145904e-10f), r = std::sqrt(-2 * std::log(u));
      worst = std::max(worst, std::fabs(z[i] - r * (i & 1 ? std::cos(v) : std::sin(v))));
    }
    check::that(worst < 2e-6, __FILE__, __LINE__, "normals are off by " + std::to_string(worst));
  });
}

TEST(reduction_scan_transpose_product) {
  everyOrder("blocks", [](Device& d) {
    std::mt19937 random(3);
    std::vector<float> a(5000), out;
    for (float& v : a) v = float(int(random() % 2001) - 1000);  // sums are exact
    uint64_t in = d.upload(a), to = d.room<float>(9);
    CHECK(!d.run("reduce", {9}, {128}, 512, to, in, 5000));
    out = d.download<float>(to, 9);
    CHECK_EQUAL(std::accumulate(out.begin(), out.end(), 0.0f), std::accumulate(a.begin(), a.end(), 0.0f));
    const auto race = d.run("reduceRacy", {1}, {128}, 512, to, in, 128);
    CHECK(race && race->what.find("race in shared memory") == 0);
    std::vector<int> ints(256), sums(256);
    for (int& v : ints) v = int(random() % 1000);
    std::partial_sum(ints.begin(), ints.end(), sums.begin());
    const uint64_t is = d.upload(ints), os = d.room<int>(256);
    CHECK(!d.run("scan", {1}, {256}, 0, os, is));
    CHECK(d.download<int>(os, 256) == sums);
    const int rows = 37, columns = 70;
    const uint64_t t = d.room<float>(rows * columns);
    CHECK(!d.run("transpose", {3, 2}, {32, 8}, 0, t, in, rows, columns));
    const auto turned = d.download<float>(t, rows * columns);
    for (int r = 0; r < rows; r++) for (int c = 0; c < columns; c++) CHECK_EQUAL(turned[c * rows + r], a[r * columns + c]);
    const int n = 48;
    const uint64_t product = d.room<float>(n * n);
    CHECK(!d.run("matmul", {3, 3}, {16, 16}, 0, product, in, in + 4 * n * n, n));
    const auto p = d.download<float>(product, n * n);
    for (int y = 0; y < n; y++) for (int x = 0; x < n; x++) {
      float s = 0;
      for (int k = 0; k < n; k++) s = std::fma(a[y * n + k], a[n * n + k * n + x], s);
      CHECK_EQUAL(p[y * n + x], s);
    }
  });
}

TEST(shuffles_and_atomics) {
  everyOrder("warps", [](Device& d) {
    std::mt19937 random(4);
    std::vector<int> a(3000);
    for (int& v : a) v = int(random() % 20001) - 10000;
    std::vector<uint8_t> bytes(3001);
    for (auto& v : bytes) v = uint8_t(random());
    const uint64_t in = d.upload(a), total = d.upload(std::vector<uint64_t>{0}), bin = d.upload(std::vector<uint32_t>(256, 0)), chars = d.upload(bytes), out = d.room<int>(3000), count = d.upload(std::vector<uint32_t>{0});
    CHECK(!d.run("sum", {5}, {64}, 0, total, in, 3000));
    CHECK_EQUAL(int64_t(d.download<uint64_t>(total, 1)[0]), std::accumulate(a.begin(), a.end(), int64_t{0}));
    CHECK(!d.run("histogram", {4}, {96}, 0, bin, chars, 3001));
    std::vector<uint32_t> want(256);
    for (const uint8_t v : bytes) want[v]++;
    CHECK(d.download<uint32_t>(bin, 256) == want);
    CHECK(!d.run("compact", {24}, {128}, 0, out, count, in, 3000));
    std::vector<int> odd, got = d.download<int>(out, d.download<uint32_t>(count, 1)[0]);
    for (const int v : a) if (v & 1) odd.push_back(v);
    std::sort(odd.begin(), odd.end()), std::sort(got.begin(), got.end());
    CHECK(got == odd);
    std::vector<double> reals(500);
    for (double& v : reals) v = double(random()) / 7;
    const uint64_t from = d.upload(reals), cell = d.upload(std::vector<double>{0});
    CHECK(!d.run("largest", {4}, {128}, 0, cell, from, 500));
    CHECK_EQUAL(d.download<double>(cell, 1)[0], *std::max_element(reals.begin(), reals.end()));
  });
}

// CUDA C++ Programming Guide, "Mathematical functions": the stated maximum error in ulp.
TEST(math_library) {
  Device d;
  if (!CHECK(d.load(text(kPrograms / "math.ptx")))) return;
  std::mt19937_64 random(5);
  std::vector<float> f = {0, -0.0f, 1, -1, 1e30f, -1e30f, 3e38f, 1e-40f, -1e-45f, INFINITY, -INFINITY, NAN, 100000, 105615, 1e10f, 0.5f, 2.5f, 3.5f, 88.7f, -87.3f, 104.5f, 1.1754944e-38f};
  while (f.size() < 2000) f.push_back(random() % 2 ? float(int64_t(random()) >> 32) / 1e8f : std::ldexp(1 + float(random() % 4096) / 4096, int(random() % 250) - 120));
  const int n = int(f.size());
  uint64_t in = d.upload(f), out = d.room<float>(12 * n);
  CHECK(!d.run("f32", {uint32_t(n + 127) / 128}, {128}, 0, out, in, n));
  const auto v = d.download<float>(out, 12 * n);
  const char* names[] = {"sinf", "cosf", "tanf", "expf", "logf", "sqrtf", "div", "erff", "atanf", "cbrtf", "rintf", "log1pf"};
  const double bounds[] = {2, 2, 4, 2, 1, 0.5, 0.5, 2, 2, 1, 0, 1};
  for (int k = 0; k < 12; k++)
    for (int i = 0; i < n; i++) {
      const double x = f[i], want[] = {std::sin(x), std::cos(x), std::tan(x), std::exp(x), std::log(x), std::sqrt(x), x / double(3.7f), std::erf(x), std::atan(x), std::cbrt(x), std::rint(x), std::log1p(x)};
      check::that(ulps(v[12 * i + k], want[k]) <= bounds[k] + 0.001, __FILE__, __LINE__, std::string(names[k]) + "(" + check::show(f[i]) + ") = " + check::show(v[12 * i + k]) + ", want " + check::show(want[k]));
    }
  std::vector<double> g = {0, -0.0, 1, -1, 1e30, 1e300, -1e308, 5e-324, INFINITY, -INFINITY, NAN, 1e22, 3e9, 0.5, 709.7, -745, 1e-310};
  while (g.size() < 1000) g.push_back(random() % 2 ? double(int64_t(random())) / 1e17 : std::ldexp(1 + double(random() % 4096) / 4096, int(random() % 1800) - 900));
  const int m = int(g.size());
  in = d.upload(g), out = d.room<double>(10 * m);
  CHECK(!d.run("f64", {uint32_t(m + 63) / 64}, {64}, 0, out, in, m));
  const auto w = d.download<double>(out, 10 * m);
  const double bounds64[] = {2, 2, 1, 1, 0, 0, 5, 0, 0, 0};
  for (int k = 0; k < 10; k++)
    for (int i = 0; i < m; i++) {
      if (k == 7) continue;  // no normcdfinv here to compare with; below
      const double x = g[i], want[] = {std::sin(x), std::cos(x), std::exp(x), std::log(x), std::sqrt(x), x / 3.7, std::erfc(x), 0, std::fmod(x, 2.5), 1 / x};
      check::that(ulps(w[10 * i + k], want[k]) <= bounds64[k] + 1, __FILE__, __LINE__, "f64 function " + std::to_string(k) + " of " + check::show(x) + " = " + check::show(w[10 * i + k]) + ", want " + check::show(want[k]));
    }
  CHECK_EQUAL(w[10 * 2 + 7], 0.0);                                      // normcdfinv(1/2)
  CHECK(std::fabs(w[10 * 13 + 7] - 0.430727299295457) < 1e-14);         // normcdfinv(2/3)
  CHECK(std::fabs(double(v[12 * 4]) - -0.79116343852198) < 6e-8);      // mpmath: sin of 1e30f, which is 1000000015047466219876688855040
}

TEST(sixteen_bit_floats) {
  Device d;
  if (!CHECK(d.load(text(kPrograms / "math.ptx")))) return;
  std::mt19937 random(6);
  const auto half = [](uint16_t b) { _Float16 h; std::memcpy(&h, &b, 2); return h; };
  const auto bits = [](_Float16 h) { uint16_t b; std::memcpy(&b, &h, 2); return b; };
  std::vector<uint16_t> h;
  for (int i = 0; i < 1200; i++) { const auto b = uint16_t(random()); h.push_back((b & 0x7c00) == 0x7c00 ? uint16_t(b & 0x8fff) : b); }
  const int n = int(h.size());
  uint64_t in = d.upload(h), out = d.room<uint16_t>(6 * n);
  CHECK(!d.run("f16", {uint32_t(n + 63) / 64}, {64}, 0, out, in, n));
  const auto v = d.download<uint16_t>(out, 6 * n);
  for (int i = 0; i < n; i++) {
    const _Float16 x = half(h[i]), y = half(h[(i + 7) % n]);
    const _Float16 want[] = {x + y, x * y, _Float16(__float128(x) * y + x), x - y, _Float16(float(x) * 1.1f), x > y ? x : -y};
    for (int k = 0; k < 6; k++) CHECK_EQUAL(v[6 * i + k], bits(want[k]));
  }
  const auto wide = [](uint16_t b) { const uint32_t u = uint32_t{b} << 16; float f; std::memcpy(&f, &u, 4); return f; };
  const auto narrow = [](float f, bool zero) { uint32_t u; std::memcpy(&u, &f, 4); return uint16_t((zero ? u : u + 0x7fff + (u >> 16 & 1)) >> 16); };  // finite values
  std::vector<float> f;
  std::vector<uint16_t> b;
  for (int i = 0; i < n; i++) f.push_back(std::ldexp(float(int32_t(random())), int(random() % 180) - 100)), b.push_back(narrow(std::ldexp(float(int32_t(random())), int(random() % 80) - 60), true));
  in = d.upload(b), out = d.room<uint16_t>(4 * n);
  CHECK(!d.run("bf16", {uint32_t(n + 63) / 64}, {64}, 0, out, in, d.upload(f), n));
  const auto w = d.download<uint16_t>(out, 4 * n);
  for (int i = 0; i < n; i++) {
    const float x = wide(b[i]), y = wide(b[(i + 7) % n]);
    const uint16_t want[] = {narrow(f[i], false), narrow(x * y, false), narrow(f[i], true), narrow(float(double(x) + double(y)), false)};
    for (int k = 0; k < 4; k++) CHECK_EQUAL(w[4 * i + k], want[k]);
  }
}

TEST(long_integers) {
  Device d;
  if (!CHECK(d.load(text(kPrograms / "math.ptx")))) return;
  std::mt19937_64 random(7);
  std::vector<int64_t> a = {0, -1, 1, INT64_MAX, INT64_MIN + 1, 3, -7, 1ll << 32, -(1ll << 31)};
  while (a.size() < 1000) a.push_back(int64_t(random()) >> random() % 63);
  const int n = int(a.size());
  const uint64_t in = d.upload(a), out = d.room<int64_t>(8 * n);
  CHECK(!d.run("integers", {uint32_t(n + 63) / 64}, {64}, 0, out, in, n));
  const auto v = d.download<int64_t>(out, 8 * n);
  for (int i = 0; i < n; i++) {
    const int64_t x = a[i], y = a[(i + 1) % n];
    const auto ux = uint64_t(x), uy = uint64_t(y);
    uint64_t reversed = 0, bytes = uy << 32 | uint32_t(ux);
    for (int k = 0; k < 64; k++) reversed |= (ux >> k & 1) << (63 - k);
    uint32_t permuted = 0, sums = 0;
    for (int k = 0; k < 4; k++) permuted |= uint32_t(bytes >> 8 * (0x5146 >> 4 * k & 7) & 255) << 8 * k, sums |= ((uint32_t(ux >> 8 * k & 255) + uint32_t(uy >> 8 * k & 255)) & 255) << 8 * k;
    const int32_t sx = int32_t(x), sy = int32_t(y) | 1;
    const int64_t want[] = {(y | 1) == -1 ? int64_t(0 - ux) : x / (y | 1), int64_t(ux % (uy | 1)), int64_t(__int128(x) * y >> 64), int64_t(std::countl_zero(ux) + std::popcount(uy) + (x == 0 ? 0 : std::countr_zero(ux) + 1)),
                            int64_t(reversed), int64_t(sy == -1 ? 0 : sx % sy), int64_t(permuted), int64_t(uint32_t((uint64_t(uint32_t(uy)) << 32 | uint32_t(ux)) << 11 >> 32) + sums)};
    for (int k = 0; k < 8; k++) check::that(v[8 * i + k] == want[k], __FILE__, __LINE__, "integer function " + std::to_string(k) + " of " + check::hex(ux) + ", " + check::hex(uy) + ": " + check::hex(v[8 * i + k]) + " != " + check::hex(want[k]));
  }
}

// The committed PTX is what nvcc makes of the committed sources.
TEST(fixtures_are_current) {
  if (std::system("nvcc --version 2>/dev/null | grep -q 'release 13.0'") != 0) {
    std::printf("skipped: nvcc 13.0 is not on the PATH, so programs/*.ptx were not made again from their sources\n");
    return;
  }
  const check::Folder made;
  for (const char* program : {"philox", "blocks", "warps", "math"}) {
    const std::string ptx = made.file(program) + ".ptx";
    CHECK_EQUAL(std::system(("nvcc -ptx -arch=sm_75 -o " + ptx + " " + (kPrograms / program).string() + ".cu").c_str()), 0);
    check::that(text(ptx) == text(kPrograms / (std::string(program) + ".ptx")), __FILE__, __LINE__, std::string("programs/") + program + ".ptx is not what nvcc makes of its source now");
  }
}

int main() { return check::run(); }
