/** The command line. */
package org.initium.cli;
