/** How kernels are called, on any processor: their parameters, and what they are found by. */
package org.initium.kernel;
