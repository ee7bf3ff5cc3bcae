// SPDX-License-Identifier: Apache-2.0
/** How kernels are called, on any processor: their parameters, and what they are found by. */
package org.initium.kernel;
