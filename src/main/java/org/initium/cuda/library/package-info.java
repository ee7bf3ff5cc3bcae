// SPDX-License-Identifier: Apache-2.0
/**
 * Finds NVIDIA's shared libraries and JCuda's natives, loads them once, and calls functions that
 * JCuda does not bind.
 */
package org.initium.cuda.library;
