import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** java Sample KEYS ADDRESS [--agree]: may we send this person our newsletter? */
final class Sample {
    private static final Map<String, Object> NEWS = Map.of("action", "use", "data", List.of("email"), "purpose", "newsletter");

    public static void main(String[] said) throws Exception {
        try {
            Troth troth = Troth.of(Path.of(said[0]));
            String person = troth.subject("email", said[1]);
            if (said.length > 2 && said[2].equals("--agree")) troth.consent(person, "newsletter", "given", "explicit", "en");
            System.exit(send(troth.use(person, NEWS)));
        } catch (Troth.Away away) {
            System.out.println("not sent: " + away.getMessage());
            System.exit(3);
        } catch (Troth.Problem problem) {
            System.out.println("problem " + problem.status + ": " + problem.getMessage());
            System.exit(1);
        }
    }

    private static int send(Troth.Answer answer) {
        if (answer.permitted()) {
            System.out.println("sent"); // here the newsletter would go out
            answer.duties().forEach(duty -> System.out.println("duty " + duty));
            return 0;
        }
        System.out.println("not sent: " + joined(answer.clauses(), ", "));
        answer.missing().forEach(way -> System.out.println("missing " + joined(Troth.list(way), " and ")));
        return 2;
    }

    private static String joined(List<Object> words, String between) {
        return words.stream().map(String::valueOf).collect(Collectors.joining(between));
    }
}
