// SPDX-License-Identifier: Apache-2.0
// cvt between every pair of types.
#include <algorithm>
#include <cmath>
#include <limits>

#include "forms.h"

namespace initium::soft {

namespace {

template <class T> constexpr bool kFloat = !std::is_integral_v<T>;

template <class T> double toDouble(u64 bits, uint32_t flags) {
  if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BHalf>) return widen(get<T>(bits));
  else if (std::is_same_v<T, float> && (flags & kFtz)) return flush(get<T>(bits));
  else return double(get<T>(bits));
}

double toInteger(double v, Round round) {
  switch (round) {
    case Round::Nearest: return std::nearbyint(v);
    case Round::Zero: return std::trunc(v);
    case Round::Down: return std::floor(v);
    default: return std::ceil(v);
  }
}

template <class D> u64 fromDouble(double v, Round round, uint32_t flags) {
  if (flags & kSat) v = saturate(v);
  if constexpr (std::is_same_v<D, double>) return put(v);
  const uint32_t bits = narrow(v, kFormat<D>, round);
  if (!(flags & kFtz) || !std::is_same_v<D, float>) return bits;
  return put(flush(std::bit_cast<float>(bits)));
}

// To f64: the nearest one; directed rounding corrects it by one step when it went the wrong way.
double fromInteger(__int128 v, Round round) {
  const auto nearest = double(v);
  const __int128 off = v - __int128(nearest);  // > 0: nearest is too low
  const bool up = round == Round::Up || (round == Round::Zero && v < 0);
  if (round == Round::Nearest || off == 0 || (off > 0) != up) return nearest;
  return std::nextafter(nearest, up ? HUGE_VAL : -HUGE_VAL);
}

template <class D, class S> u64 convert(u64 bits, uint32_t flags) {
  const auto round = Round(flags & kRound);
  if constexpr (!kFloat<D> && !kFloat<S>) {
    const S v = get<S>(bits);
    using L = std::numeric_limits<D>;
    return put(flags & kSat ? D(std::clamp<__int128>(v, L::min(), L::max())) : D(v));
  } else if constexpr (!kFloat<S>) {
    const S v = get<S>(bits);
    if constexpr (std::is_same_v<D, double>) return put(fromInteger(v, round));
    else if constexpr (std::is_same_v<D, float>)
      if (round == Round::Nearest) return put(float(v));
    const u64 magnitude = v < 0 ? 0 - u64(v) : u64(v);
    return fromDouble<D>(toDoubleOdd(magnitude, v < 0), round, flags);
  } else if constexpr (!kFloat<D>) {
    const double v = toInteger(toDouble<S>(bits, flags), round);
    using L = std::numeric_limits<D>;
    if (std::isnan(v)) return sizeof(S) < 8 && sizeof(D) < 8 ? 0 : u64{1} << (sizeof(D) * 8 - 1);
    if (v <= double(L::min())) return put(L::min());
    return put(v >= double(L::max()) ? L::max() : D(v));  // 2^63 and 2^64 themselves are beyond
  } else {
    const double v = toDouble<S>(bits, flags);
    if (!(flags & kInteger)) return fromDouble<D>(v, round, flags);
    return fromDouble<D>(toInteger(v, round), Round::Nearest, flags);
  }
}

template <class D, class S> void cvt(Warp& w, const Instr& i, Mask m) {
  u64 *d = w.slot(i.op[0]), *s = w.slot(i.op[1]);
  const uint32_t flags = i.flags;
  each(m, [&](int l) {
    u64 r = convert<D, S>(s[l], flags);
    // a register may be wider than a signed integer
    if constexpr (!kFloat<D> && std::is_signed_v<D>) r = u64(s64(D(r))) & i.width;
    d[l] = r;
  });
}

template <class H> void two(Warp& w, const Instr& i, Mask m) {  // d, a, b: a is the upper half
  u64 *d = w.slot(i.op[0]), *a = w.slot(i.op[1]), *b = w.slot(i.op[2]);
  each(m, [&](int l) {
    d[l] = convert<H, float>(a[l], i.flags) << 16 | convert<H, float>(b[l], i.flags);
  });
}

template <class D, class S> void addPair(Forms& forms) {
  const Form form{{.run = cvt<D, S>}, {kType<D>, kType<S>}, 1, true};
  const bool single = std::is_same_v<D, float> || std::is_same_v<S, float>;
  const bool narrows = sizeof(D) < sizeof(S) || (sizeof(D) == 2 && !std::is_same_v<D, S>);
  const std::string pair = std::string(".") + name(kType<D>) + "." + name(kType<S>);
  const std::string round = "cvt[.rn,.rz,.rm,.rp]", integral = "cvt[.rni,.rzi,.rmi,.rpi]";
  const std::string ftz = single ? "{.ftz}" : "", sat = ftz + "{.sat}" + pair;
  if (!kFloat<D> && !kFloat<S>) forms.add("cvt" + sat, form);
  else if (!kFloat<S>) forms.add(round + pair, form);
  else if (!kFloat<D>) forms.add(integral + ftz + pair, form);
  else forms.add((narrows && sizeof(S) >= sizeof(D) ? round : "cvt") + sat, form);
  if (std::is_same_v<D, S> && kFloat<D>) forms.add(integral + sat, form);
}

template <class D, class... S> void addRow(Forms& forms) { (addPair<D, S>(forms), ...); }
template <class... T> void addAll(Forms& forms) { (addRow<T, T...>(forms), ...); }

}  // namespace

void addConversions(Forms& forms) {
  addAll<u8, s8, u16, s16, u32, s32, u64, s64, Half, BHalf, float, double>(forms);
  const Type f = Type::F32;
  forms.add("cvt[.rn,.rz].f16x2.f32", {Type::F16x2, f, f}, two<Half>);
  forms.add("cvt[.rn,.rz].bf16x2.f32", {Type::BF16x2, f, f}, two<BHalf>);
}

}  // namespace initium::soft
