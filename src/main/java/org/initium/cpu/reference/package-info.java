/** The CPU's kernels as plain Java. */
package org.initium.cpu.reference;
