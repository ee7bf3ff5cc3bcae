// Normals of one tensor.
#include "elements.cuh"

LAW(normal, Normal)
