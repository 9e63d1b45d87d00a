// messaging-api-messenger against the Graph API sandbox: everything of it that a news bot uses.
// Settings come from the environment: SANDBOX_URL, PAGE_TOKEN, APP_ID, APP_SECRET, VERSION, PERSON, WEBHOOK.
// It prints one JSON line per call, so that the test which started it can follow; a line on stdin lets it go on.
import { createInterface } from "node:readline";
import messaging from "messaging-api-messenger";

const { MessengerClient, MessengerBatch } = messaging;
const { SANDBOX_URL, PAGE_TOKEN, APP_ID, APP_SECRET, VERSION, PERSON, WEBHOOK } = process.env;
const client = new MessengerClient({
  accessToken: PAGE_TOKEN, appId: APP_ID, appSecret: APP_SECRET, version: VERSION, origin: SANDBOX_URL,
});
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const goOn = () => lines.next();

// One call: what it gave, or the code of the error that it became.
async function tell(name, call) {
  let said;
  try {
    said = { answer: (await call()) ?? null };
  } catch (error) {
    const refused = error.response?.data?.error;
    said = refused ? { code: refused.code, subcode: refused.errorSubcode ?? null } : { lost: true };
  }
  console.log(JSON.stringify({ name, ...said }));
  return said.answer;
}

const quickReplies = [{ contentType: "text", title: "খেলা", payload: "t:sports" }];
const card = (number) => ({
  title: `শিরোনাম ${number}`, subtitle: "ঢাকা",
  defaultAction: { type: "web_url", url: `https://example.org/${number}` },
  buttons: [{ type: "postback", title: "আরও", payload: `more:${number}` }],
});
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64");

await tell("subscribe", () => client.createSubscription({
  accessToken: `${APP_ID}|${APP_SECRET}`, callbackUrl: WEBHOOK, verifyToken: "sandbox-verify-token", fields: ["messages"],
}));
await tell("subscription", () => client.getPageSubscription({ accessToken: `${APP_ID}|${APP_SECRET}` }));
await tell("page", () => client.getPageInfo());
await tell("token", () => client.debugToken());

await tell("getStarted", () => client.setGetStarted("START"));
await tell("greeting", () => client.setGreeting([{ locale: "default", text: "নমস্কার" }]));
await tell("menu", () => client.setPersistentMenu([{ type: "postback", title: "সর্বশেষ", payload: "m:latest" }]));
await tell("iceBreakers", () => client.setIceBreakers([
  { locale: "default", callToActions: [{ question: "কী খবর?", payload: "m:latest" }] },
]));
await tell("profile", () => client.getMessengerProfile(["get_started", "greeting", "persistent_menu"]));
await tell("deleteGetStarted", () => client.deleteGetStarted());
await tell("deleteIceBreakers", () => client.deleteIceBreakers());

await tell("user", () => client.getUserProfile(PERSON, { fields: ["id", "first_name", "locale"] }));
await tell("text", () => client.sendText(PERSON, "বাছুন", { quickReplies, messagingType: "RESPONSE" }));
await tell("typing", () => client.typingOn(PERSON));
await tell("seen", () => client.markSeen(PERSON));
await tell("buttons", () => client.sendButtonTemplate(PERSON, "আরও?", card(1).buttons));
await tell("carousel", () => client.sendGenericTemplate(PERSON, [...Array(10).keys()].map(card), { quickReplies }));
const uploaded = await tell("upload", () => client.uploadImage(png, { isReusable: true, filename: "a.png" }));
await tell("reuse", () => client.sendImage(PERSON, { attachmentId: uploaded.attachmentId }));
await tell("imageFile", () => client.sendImage(PERSON, png, { filename: "a.png" }));
await tell("batch", () => client.sendBatch([
  MessengerBatch.sendText(PERSON, "এক"),
  MessengerBatch.sendText(PERSON, "ক".repeat(2001)),
  MessengerBatch.getUserProfile(PERSON),
]).then((answers) => answers.map(({ code, body }) => ({ code, body }))));

await tell("tooLong", () => client.sendText(PERSON, "ক".repeat(2001)));
await tell("deadTag", () => client.sendText(PERSON, "x", { tag: "CONFIRMED_EVENT_UPDATE" }));
await tell("unknown", () => client.sendText("7100000000999999", "x"));
await tell("passed", () => client.passThreadControlToPageInbox(PERSON));
await tell("owner", () => client.getThreadOwner(PERSON));
await tell("taken", () => client.takeThreadControl(PERSON));

await goOn();
await tell("closed", () => client.sendText(PERSON, "x"));
await tell("human", () => client.sendText(PERSON, "আমি সম্পাদক", { tag: "HUMAN_AGENT" }));
await goOn();
await tell("rate", () => client.sendText(PERSON, "x"));
await tell("lost", () => client.sendText(PERSON, "হারানো"));
await tell("expired", () => client.sendText(PERSON, "x"));
process.stdin.destroy();
