package org.initium.torch;

/** How far our numbers may be from PyTorch's; what is not named here is equal to the bit. */
final class TorchTolerance {
  /** f64 on the CPU: torch calls the C library's log, sin and cos, which differ from ours. */
  static final double NORMAL_F64_ULPS = 2;

  /** QR by another library rounds otherwise. */
  static final double ORTHOGONAL_F32 = 1e-5;

  static final double ORTHOGONAL_F64 = 1e-12;

  /** On CUDA torch's normals come of approximate sines; and printouts have four decimals. */
  static final double CUDA_NORMAL = 1e-6;

  static final double PRINTED = 0.5e-4;

  private TorchTolerance() {}
}
