// Uniforms of one tensor.
#include "elements.cuh"

FOR_EACH_TYPE(uniform, Uniform<Region>)
