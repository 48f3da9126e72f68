// node sample.mjs KEYS ADDRESS [--agree]: may we send this person our newsletter?

import { Away, Problem, Troth } from "./troth.mjs";

const NEWS = { action: "use", data: ["email"], purpose: "newsletter" };
const [path, address, agree] = process.argv.slice(2);

try {
  const troth = await Troth.of(path);
  const person = await troth.subject({ email: address });
  if (agree === "--agree") {
    await troth.consent(person, "newsletter", "given", { kind: "explicit", language: "en" });
  }
  const answer = await troth.use(person, NEWS);
  if (answer.permitted) {
    console.log("sent"); // here the newsletter would go out
    for (const duty of answer.duties) console.log(`duty ${duty}`);
  } else {
    console.log(`not sent: ${answer.clauses.join(", ")}`);
    for (const way of answer.missing) console.log(`missing ${way.join(" and ")}`);
    process.exitCode = 2;
  }
} catch (error) {
  if (error instanceof Away) {
    console.log(`not sent: ${error.message}`);
    process.exitCode = 3;
  } else if (error instanceof Problem) {
    console.log(`problem ${error.status}: ${error.message}`);
    process.exitCode = 1;
  } else {
    throw error;
  }
}
