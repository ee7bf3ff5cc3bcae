// SPDX-License-Identifier: Apache-2.0
/**
 * Finds NVIDIA's shared libraries and JCuda's natives, and loads them once. Nothing is called here.
 */
package org.initium.cuda.library;
