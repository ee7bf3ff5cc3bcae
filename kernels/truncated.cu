// Truncated normals of one tensor.
#include "elements.cuh"

LAW(truncated, Truncated)
