// SPDX-License-Identifier: Apache-2.0
package org.initium.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** examples/cluster/kubernetes.yaml is a Job of batch/v1, without a field that Kubernetes lacks. */
class KubernetesExampleTest {
  private static final Path EXAMPLE = Path.of("..", "..", "examples", "cluster", "kubernetes.yaml");

  /**
   * The classes are made of Kubernetes' OpenAPI; here they do not collect what they do not know.
   */
  private static Job read(String yaml) throws IOException {
    ObjectMapper mapper = new ObjectMapper(new YAMLFactory());
    mapper.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    mapper.setAnnotationIntrospector(
        new JacksonAnnotationIntrospector() {
          private static final long serialVersionUID = 1;

          @Override
          public Boolean hasAnySetter(Annotated method) {
            return false;
          }
        });
    return mapper.readValue(yaml, Job.class);
  }

  @Test
  void isAnIndexedJob() throws IOException {
    String yaml = Files.readString(EXAMPLE);
    Job job = read(yaml);
    assertEquals("batch/v1 Job", job.getApiVersion() + " " + job.getKind());
    JobSpec spec = job.getSpec();
    assertEquals("Indexed", spec.getCompletionMode());
    assertEquals(spec.getCompletions(), spec.getParallelism());
    Container container = spec.getTemplate().getSpec().getContainers().getFirst();
    assertEquals(
        "--part $JOB_COMPLETION_INDEX/" + spec.getCompletions(),
        container.getArgs().getFirst().replaceFirst(".*(--part [^ ]*).*", "$1"));
    for (String field : new String[] {"completions", "backoffLimitPerIndex", "volumeMounts"}) {
      String wrong = yaml.replace(field, field + "s");
      assertThrows(JsonProcessingException.class, () -> read(wrong), field);
    }
  }
}
