// SPDX-License-Identifier: Apache-2.0
/**
 * The CUDA backend: which fill goes to which kernels, what a graph may capture, and how fills of a
 * batch are ordered. Numbers that are made on the host come by way of it.
 */
package org.initium.cuda.backend;
