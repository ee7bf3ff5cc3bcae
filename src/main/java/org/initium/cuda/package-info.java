/**
 * Fills in the memory of NVIDIA GPUs: kernels of our own by way of the driver API, cuRAND and
 * cuSOLVER where asked for, all through JCuda, but for CUDA 13's cuSOLVER ({@link
 * org.initium.cuda.NativeCusolver}).
 *
 * <p>{@link org.initium.cuda.Driver}, {@link org.initium.cuda.Curand} and {@link
 * org.initium.cuda.JcudaCusolver} are the only classes that know JCuda; the others know addresses
 * and handles.
 */
package org.initium.cuda;
