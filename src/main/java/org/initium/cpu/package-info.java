/** The backend that fills the host's memory with its processor. */
package org.initium.cpu;
