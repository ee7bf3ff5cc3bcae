// SPDX-License-Identifier: Apache-2.0
// The PTX that ships in the jar: all of it loads, nothing in it is approximate, and none of it needs more than the oldest
// driver that the project promises (PTX 6.3, sm_75; NAME.sm_80.ptx PTX 7.0).
#include <filesystem>
#include <fstream>
#include <iterator>

#include "../../src/ptx/program.h"
#include "device.h"

using namespace initium::soft;
using namespace initium::soft::test;

TEST(everything_that_ships) {
  const std::filesystem::path folder = std::filesystem::path(__FILE__).parent_path() / "../../../src/main/resources/org/initium/cuda";
  int files = 0, kernels = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".ptx") continue;
    std::ifstream file(entry.path());
    const std::string ptx((std::istreambuf_iterator<char>(file)), {});
    Device d;
    if (!CHECK(d.load(ptx))) continue;
    files++;
    // Beside some lies a second one, which is taken from capability 8.0 and a driver for CUDA 11 on.
    const bool later = entry.path().stem().extension() == ".sm_80";
    CHECK(ptx.find(later ? ".version 7.0\n" : ".version 6.3\n") != ptx.npos);
    CHECK(ptx.find(later ? ".target sm_80\n" : ".target sm_75\n") != ptx.npos);
    for (const auto& [name, kernel] : d.module->kernels()) {
      kernels++;
      CHECK(kernel.paramBytes > 0 && kernel.sharedBytes <= 48 << 10 && !kernel.program->code.empty());
      for (const Instr& i : kernel.program->code) check::that(!i.approx, __FILE__, __LINE__, name + " is approximate at PTX line " + std::to_string(i.line));
    }
  }
  std::printf("%d kernels in %d files\n", kernels, files);
  CHECK(files > 0 && kernels > 0);
}

int main() { return check::run(); }
