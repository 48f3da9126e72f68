import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON as maps, lists, texts, numbers, truth values and null: as much of it as the API needs. */
final class Json {
    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    static Object read(String text) {
        Json json = new Json(text);
        Object found = json.value();
        json.space();
        if (json.at != text.length()) throw new IllegalArgumentException("more than one value");
        return found;
    }

    static String write(Object value) {
        if (value == null) return "null";
        if (value instanceof String words) return quoted(words);
        if (value instanceof List<?> list) return "[" + String.join(",", list.stream().map(Json::write).toList()) + "]";
        if (value instanceof Map<?, ?> map) {
            List<String> pairs = new ArrayList<>();
            map.forEach((name, one) -> pairs.add(quoted((String) name) + ":" + write(one)));
            return "{" + String.join(",", pairs) + "}";
        }
        return value.toString();
    }

    private static String quoted(String words) {
        StringBuilder made = new StringBuilder("\"");
        for (char one : words.toCharArray()) {
            if (one == '"' || one == '\\') made.append('\\').append(one);
            else if (one < ' ') made.append(String.format("\\u%04x", (int) one));
            else made.append(one);
        }
        return made.append('"').toString();
    }

    private Object value() {
        space();
        return switch (peek()) {
            case '{' -> map();
            case '[' -> list();
            case '"' -> words();
            default -> word();
        };
    }

    private Map<String, Object> map() {
        Map<String, Object> found = new LinkedHashMap<>();
        take('{');
        for (space(); peek() != '}'; space()) {
            if (!found.isEmpty()) { take(','); space(); }
            String name = words();
            space();
            take(':');
            found.put(name, value());
        }
        take('}');
        return found;
    }

    private List<Object> list() {
        List<Object> found = new ArrayList<>();
        take('[');
        for (space(); peek() != ']'; space()) {
            if (!found.isEmpty()) take(',');
            found.add(value());
        }
        take(']');
        return found;
    }

    private String words() {
        StringBuilder found = new StringBuilder();
        take('"');
        while (peek() != '"') {
            char one = text.charAt(at++);
            if (one != '\\') { found.append(one); continue; }
            char escaped = text.charAt(at++);
            if (escaped == 'u') found.append((char) Integer.parseInt(text.substring(at, at += 4), 16));
            else found.append("ntrbf".indexOf(escaped) < 0 ? escaped : "\n\t\r\b\f".charAt("ntrbf".indexOf(escaped)));
        }
        take('"');
        return found.toString();
    }

    private Object word() {
        int from = at;
        while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) at++;
        String found = text.substring(from, at);
        return switch (found) { case "true" -> true; case "false" -> false; case "null" -> null; default -> Double.valueOf(found); };
    }

    private char peek() {
        if (at >= text.length()) throw new IllegalArgumentException("it ends too soon");
        return text.charAt(at);
    }

    private void take(char wanted) {
        if (peek() != wanted) throw new IllegalArgumentException("no JSON");
        at++;
    }

    private void space() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) at++;
    }
}
