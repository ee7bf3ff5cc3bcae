package org.initium;

/**
 * What a backend knows of a device.
 *
 * @param device its address
 * @param name the model, as the vendor writes it
 * @param memoryBytes its memory
 * @param details one line: SIMD provider and threads, or compute capability, driver and libraries
 */
public record DeviceInfo(Device device, String name, long memoryBytes, String details) {}
