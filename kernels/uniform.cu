// Uniforms of one tensor.
#include "elements.cuh"

LAW(uniform, Uniform)
