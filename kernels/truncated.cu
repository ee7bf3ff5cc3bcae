// Truncated normals of one tensor.
#include "elements.cuh"

FOR_EACH_TYPE(truncated, Truncated<Region>)
