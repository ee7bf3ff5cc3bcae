// SPDX-License-Identifier: Apache-2.0
/**
 * Orthogonal matrices on a device: small ones a kernel of ours, large ones cuSOLVER's, by JCuda or
 * by java.lang.foreign. Their failures are told by {@link org.initium.cuda.device.SolverOutcome}.
 */
package org.initium.cuda.orthogonal;
