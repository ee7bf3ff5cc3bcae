/**
 * Fills in the memory of NVIDIA GPUs: kernels of our own by way of the driver API, cuRAND and
 * cuSOLVER where asked for, all through JCuda.
 *
 * <p>{@link org.initium.cuda.Driver}, {@link org.initium.cuda.Curand} and {@link
 * org.initium.cuda.Cusolver} are the only classes that know JCuda; the others know addresses and
 * handles.
 */
package org.initium.cuda;
