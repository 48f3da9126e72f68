import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The HTTP API from Java, with nothing but what Java brings (17 or later). Threads may share one. */
final class Troth {
    private static final Duration WITHIN = Duration.ofSeconds(5);
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(WITHIN).build();
    private final String base;
    private final String key;

    Troth(Map<String, Object> keys) {
        base = keys.get("url") + "/api/v1/" + URLEncoder.encode((String) keys.get("organisation"), StandardCharsets.UTF_8);
        key = (String) keys.get("key");
    }

    static Troth of(Path path) throws IOException {
        return new Troth(map(Json.read(Files.readString(path))));
    }

    /** Nobody answered. Whoever asked may not go on as if the answer had been yes. */
    static final class Away extends Exception {
        private static final long serialVersionUID = 1;
        Away(String message) { super(message); }
    }

    /** The call could not be carried out: the status and sentence of a problem (RFC 9457). */
    static final class Problem extends Exception {
        private static final long serialVersionUID = 1;
        final int status;

        Problem(int status, Map<String, Object> problem) {
            super(String.valueOf(problem.getOrDefault("detail", problem.get("title"))));
            this.status = status;
        }
    }

    /** Permit or not, the clauses that decided, what has to be done with a permit, and what would turn a denial. */
    record Answer(boolean permitted, List<Object> clauses, List<Object> duties, List<Object> missing) {}

    /** The subject with this identity, made if there is none. */
    String subject(String kind, String value) throws Away, Problem {
        return (String) tell("subjects", Map.of("identities", List.of(Map.of("kind", kind, "value", value)))).get("subject");
    }

    void consent(String subject, String item, String act, String kind, String language) throws Away, Problem {
        tell("consents", Map.of("subject", subject, "item", item, "act", act, "kind", kind, "language", language));
    }

    /** Ask before collecting, using or storing. Anything but the word `permit` is a no. */
    Answer use(String subject, Map<String, Object> question) throws Away, Problem {
        Map<String, Object> asked = new LinkedHashMap<>(question);
        asked.put("subject", subject);
        Map<String, Object> found = post("use", asked, "");
        return new Answer("permit".equals(found.get("outcome")), list(found.get("clauses")), list(found.get("duties")), list(found.get("missing")));
    }

    /** What records something has its effect once under its key, so it may be sent again when nobody knows what became of it. */
    private Map<String, Object> tell(String path, Map<String, Object> body) throws Away, Problem {
        String once = UUID.randomUUID().toString();
        try {
            return post(path, body, once);
        } catch (Away away) {
            return post(path, body, once);
        }
    }

    private Map<String, Object> post(String path, Map<String, Object> body, String once) throws Away, Problem {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + "/" + path)).timeout(WITHIN)
            .header("Authorization", "Bearer " + key).header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(Json.write(body)));
        if (!once.isEmpty()) request.header("Idempotency-Key", once);
        int status;
        Map<String, Object> found;
        try {
            HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            status = answer.statusCode();
            found = map(Json.read(answer.body()));
        } catch (IOException | IllegalArgumentException error) {
            throw new Away("nobody answered (" + error.getClass().getSimpleName() + ")");
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
            throw new Away("nobody answered in time");
        }
        if (status >= 500) throw new Away("nobody could answer (status " + status + ")");
        if (status >= 400) throw new Problem(status, found);
        return found;
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> map(Object found) {
        if (found instanceof Map<?, ?>) return (Map<String, Object>) found;
        throw new IllegalArgumentException("no object");
    }

    @SuppressWarnings("unchecked")
    static List<Object> list(Object found) {
        return found instanceof List<?> ? (List<Object>) found : List.of();
    }
}
