// SPDX-License-Identifier: Apache-2.0
/**
 * A device of this process and what lives on it: streams, events, memory of tensors, copies, and
 * what is kept from one fill to the next. What a fill computes is in {@code cuda.fill} and {@code
 * cuda.orthogonal}.
 */
package org.initium.cuda.device;
