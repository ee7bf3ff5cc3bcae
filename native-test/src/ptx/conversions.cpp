// cvt between every pair of types.
#include <algorithm>
#include <cmath>
#include <limits>

#include "forms.h"
#include "lanes.h"

namespace initium::soft {

namespace {

template <class T> constexpr bool kFloat = !std::is_integral_v<T>;
template <class T> constexpr Format kFormat = std::is_same_v<T, Half> ? kF16 : std::is_same_v<T, BHalf> ? kBF16 : kF32;

template <class T> double toDouble(uint64_t bits) {
  if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BHalf>) return widen(get<T>(bits));
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

template <class D> uint64_t fromDouble(double v, Round round, uint32_t flags) {
  if (flags & kSat) v = saturate(v);
  if constexpr (std::is_same_v<D, double>) return put(v);
  else {
    const uint32_t bits = narrow(v, kFormat<D>, round);
    if (!(flags & kFtz) || !std::is_same_v<D, float>) return bits;
    return put(flush(std::bit_cast<float>(bits)));
  }
}

template <class D, class S> uint64_t convert(uint64_t bits, uint32_t flags) {
  const auto round = Round(flags & kRound);
  if constexpr (!kFloat<D> && !kFloat<S>) {
    const S v = get<S>(bits);
    if (!(flags & kSat)) return put(D(v));
    using L = std::numeric_limits<D>;
    return put(D(std::clamp<__int128>(v, L::min(), L::max())));
  } else if constexpr (kFloat<D> && !kFloat<S>) {
    const S v = get<S>(bits);
    if constexpr (!std::is_same_v<D, double>) {
      if constexpr (std::is_same_v<D, float>) if (flags == 0) return std::bit_cast<uint32_t>(float(v));
    } else if (flags == 0) return put(double(v));
    const bool negative = v < 0;
    const uint64_t magnitude = negative ? 0 - uint64_t(v) : uint64_t(v);
    if constexpr (!std::is_same_v<D, double>) return fromDouble<D>(toDoubleOdd(magnitude, negative), round, flags);
    // To f64: the nearest one; directed rounding corrects it by one step when it went the wrong way.
    const double nearest = double(v);
    const __int128 off = __int128(v) - __int128(nearest);  // > 0: nearest is too low
    const bool up = round == Round::Up || (round == Round::Zero && negative);
    double r = nearest;
    if (round != Round::Nearest && off > 0 && up) r = std::nextafter(nearest, HUGE_VAL);
    if (round != Round::Nearest && off < 0 && !up) r = std::nextafter(nearest, -HUGE_VAL);
    return put(flags & kSat ? saturate(r) : r);
  } else if constexpr (!kFloat<D>) {
    double v = toDouble<S>(bits);
    if (std::is_same_v<S, float> && (flags & kFtz)) v = double(flush(float(v)));
    using L = std::numeric_limits<D>;
    if (std::isnan(v)) return sizeof(S) < 8 && sizeof(D) < 8 ? 0 : uint64_t{1} << (sizeof(D) * 8 - 1);
    v = toInteger(v, round);
    if (v <= double(L::min())) return put(L::min());
    if (v >= double(L::max())) return put(L::max());  // 2^63 and 2^64 themselves are beyond
    return put(D(v));
  } else {
    double v = toDouble<S>(bits);
    if (std::is_same_v<S, float> && (flags & kFtz)) v = double(flush(float(v)));
    if (flags & kInteger) return fromDouble<D>(toInteger(v, round), Round::Nearest, flags);
    return fromDouble<D>(v, round, flags);
  }
}

template <class D, class S> void cvt(Warp& w, const Instr& i, Mask m) {
  uint64_t *d = w.slot(i.op[0]), *s = w.slot(i.op[1]);
  const uint32_t flags = i.flags;
  each(m, [&](int l) {
    uint64_t r = convert<D, S>(s[l], flags);
    if constexpr (std::is_integral_v<D> && std::is_signed_v<D>) r = uint64_t(int64_t(D(r))) & i.width;  // wider register
    d[l] = r;
  });
}

template <class H> void two(Warp& w, const Instr& i, Mask m) {  // cvt.rn.f16x2.f32 d, a, b: a is the upper half
  uint64_t *d = w.slot(i.op[0]), *a = w.slot(i.op[1]), *b = w.slot(i.op[2]);
  each(m, [&](int l) { d[l] = convert<H, float>(a[l], i.flags) << 16 | convert<H, float>(b[l], i.flags); });
}

template <class... Ts> struct List {};
using Types = List<uint8_t, int8_t, uint16_t, int16_t, uint32_t, int32_t, uint64_t, int64_t, Half, BHalf, float, double>;

template <class T> constexpr Type typeOf() {
  if constexpr (std::is_same_v<T, uint8_t>) return Type::U8;
  else if constexpr (std::is_same_v<T, int8_t>) return Type::S8;
  else return kType<T>;
}

template <class D, class S> void addPair(Forms& forms) {
  const std::string pair = std::string(".") + name(typeOf<D>()) + "." + name(typeOf<S>());
  const auto put = [&](const std::string& modifiers, uint32_t flags) {
    Form f{{typeOf<D>(), typeOf<S>()}, cvt<D, S>, OpClass::Convert, flags};
    f.relaxedWidth = true;
    forms.add("cvt" + modifiers + pair, f);
  };
  static constexpr const char* rounds[] = {"n", "z", "m", "p"};
  const bool narrowing = kFloat<D> && kFloat<S> && (sizeof(D) < sizeof(S) || (sizeof(D) == sizeof(S) && !std::is_same_v<D, S>));
  const bool single = std::is_same_v<D, float> || std::is_same_v<S, float>;
  for (const char* ftz : {"", ".ftz"})
    for (const char* sat : {"", ".sat"}) {
      if ((*ftz && !single) || (*sat && kFloat<S> && std::is_same_v<D, BHalf>)) continue;
      const uint32_t flags = (*ftz ? kFtz : 0) | (*sat ? kSat : 0);
      const std::string tail = std::string(ftz) + sat;
      const bool noRound = kFloat<D> == kFloat<S> && !narrowing;
      if (noRound) put(tail, flags);
      if (kFloat<D> && (!kFloat<S> || narrowing))
        for (uint32_t r = 0; r < 4; r++) put(std::string(".r") + rounds[r] + tail, flags | r);
      if (kFloat<S> && (!kFloat<D> || std::is_same_v<D, S>))
        for (uint32_t r = 0; r < 4; r++) put(std::string(".r") + rounds[r] + "i" + tail, flags | r | (kFloat<D> ? kInteger : 0));
    }
}

template <class D, class... S> void addRow(Forms& forms, List<S...>) { (addPair<D, S>(forms), ...); }
template <class... D> void addAll(Forms& forms, List<D...> all) { (addRow<D>(forms, all), ...); }

}  // namespace

void addConversions(Forms& forms) {
  addAll(forms, Types{});
  for (uint32_t r = 0; r < 2; r++) {
    const std::string base = r == 0 ? "cvt.rn" : "cvt.rz";
    forms.add(base + ".f16x2.f32", Form{{Type::F16x2, Type::F32, Type::F32}, two<Half>, OpClass::Convert, r});
    forms.add(base + ".bf16x2.f32", Form{{Type::BF16x2, Type::F32, Type::F32}, two<BHalf>, OpClass::Convert, r});
  }
}

}  // namespace initium::soft
