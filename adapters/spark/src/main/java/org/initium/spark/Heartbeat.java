// SPDX-License-Identifier: Apache-2.0
package org.initium.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.initium.InitiumException;

/**
 * The sign that a job lives: a file in its folder, written again every ten seconds. A job begins,
 * and gives its files their names, only where no job of another model lives in the same place: of
 * two, one would remove or mix up the other's files. Jobs of one model make equal files, and do not
 * hinder each other.
 *
 * <p>A job that was killed is silent, and taken for dead after two minutes; one that failed, or was
 * stopped, takes its sign away. Times are those of the file system, whatever the clocks of drivers
 * say.
 */
final class Heartbeat implements AutoCloseable {
  /** How long a job is taken for alive that says nothing. */
  static final Duration SILENCE = Duration.ofMinutes(2);

  private static final Duration EVERY = Duration.ofSeconds(10);
  private static final String ALIVE = "alive-";

  private final HadoopOutput output;
  private final String name;
  private final String application;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().daemon().name("initium-heartbeat").unstarted(task));

  /**
   * Makes the job's folder, and begins.
   *
   * @param run of this driver: two of one model have a file each
   * @param application what Spark calls it, for those who are refused
   * @throws InitiumException if a job of another model lives here
   */
  Heartbeat(HadoopOutput output, String run, String application) throws IOException {
    this.output = output;
    this.name = ALIVE + run;
    this.application = application;
    try {
      output.makeFolder();
      refuseOthers();
      output.removeOfJobAtExit(name);
    } catch (IOException | RuntimeException e) {
      try {
        close();
      } catch (RuntimeException further) {
        e.addSuppressed(further);
      }
      throw e;
    }
    timer.scheduleWithFixedDelay(
        this::beatAgain, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** One that cannot be written says nothing: the file system may be back for the next. */
  private void beatAgain() {
    try {
      output.writeOfJob(name, application);
    } catch (IOException | RuntimeException e) { // a timer ends with the latter, unseen
      // Whether the job may still end well is asked before it does.
    }
  }

  /**
   * Beats, and looks for others.
   *
   * @throws IOException if the job's folder is gone, since others took it for dead
   * @throws InitiumException if a job of another model lives here
   */
  void refuseOthers() throws IOException {
    output.writeOfJob(name, application);
    long now = output.modified(output.job(), name);
    for (String job : output.otherJobs()) {
      for (String sign : output.names(job)) {
        if (!sign.startsWith(ALIVE)) {
          continue;
        }
        long silent = Math.max(0, now - output.modified(job, sign)) / 1000;
        if (silent < SILENCE.toSeconds()) {
          throw new InitiumException(
              output
                  + " is being written by the job of another model, Spark's application "
                  + output.read(job + "/" + sign)
                  + ", last heard of "
                  + silent
                  + " s ago; give another folder, or wait for its end; if it was killed, try again"
                  + " in "
                  + (SILENCE.toSeconds() - silent)
                  + " s");
        }
      }
    }
  }

  /** Takes the sign away, and the job's folder if there is nothing in it. */
  @Override
  public void close() {
    timer.shutdownNow();
    try {
      timer.awaitTermination(EVERY.toMillis(), TimeUnit.MILLISECONDS);
      output.removeOfJob(name);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }
}
