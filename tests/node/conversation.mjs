// A grammY bot against the sandbox: polls or listens as a webhook, and answers what a reader does.
// Settings come from the environment: SANDBOX_URL, SANDBOX_TOKEN, MODE (polling, webhook, refusals), CHAT (for refusals).
// It prints one JSON line per event, so that the test which started it can follow.
import { createServer } from "node:http";
import { Bot, GrammyError, HttpError, InlineKeyboard, InputFile, webhookCallback } from "grammy";

const { SANDBOX_URL, SANDBOX_TOKEN, MODE, CHAT } = process.env;
const say = (event) => console.log(JSON.stringify(event));
const bot = new Bot(SANDBOX_TOKEN, { client: { apiRoot: SANDBOX_URL } });

bot.command("start", async (ctx) => {
  const sent = await ctx.reply("<b>স্বাগতম</b>", {
    parse_mode: "HTML",
    reply_markup: new InlineKeyboard().text("খেলা", "sports").url("সাইট", "https://example.org/"),
    link_preview_options: { is_disabled: true },
  });
  say({ started: ctx.match, entities: sent.entities, date: sent.date });
});
bot.callbackQuery("sports", async (ctx) => {
  await ctx.answerCallbackQuery({ text: "হলো", show_alert: true });
  await ctx.editMessageText("বদলে গেছে");
  say({ pressed: ctx.callbackQuery.data });
});
bot.on("message:sticker", async (ctx) => {
  const png = Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64");
  const photo = await ctx.replyWithPhoto(new InputFile(png, "a.png"), { caption: "ছবি" });
  say({ photo: photo.photo.at(-1).width });
});
bot.on("my_chat_member", (ctx) => say({ standing: ctx.myChatMember.new_chat_member.status }));
bot.catch((failure) => say({ failed: String(failure.error) }));

async function refusals() {
  for (const [name, call] of Object.entries({
    markup: () => bot.api.sendMessage(CHAT, "<b>x", { parse_mode: "HTML" }),
    unknown: () => bot.api.sendMessage(12345, "x"),
    flood: () => bot.api.getChat(CHAT),
    lost: () => bot.api.sendMessage(CHAT, "হারানো"),
  })) {
    try {
      await call();
      say({ name, accepted: true });
    } catch (error) {
      if (error instanceof GrammyError) {
        say({ name, code: error.error_code, description: error.description, parameters: error.parameters });
      } else if (error instanceof HttpError) {
        say({ name, lost: true });
      } else {
        throw error;
      }
    }
  }
}

if (MODE === "polling") {
  process.stdin.on("end", () => bot.stop()).resume();
  await bot.start({ timeout: 5, onStart: (me) => say({ ready: me.username }) });
} else if (MODE === "webhook") {
  await bot.init();
  const server = createServer(webhookCallback(bot, "http", { secretToken: "secret-1" }));
  server.listen(0, "127.0.0.1", async () => {
    const url = `http://127.0.0.1:${server.address().port}/`;
    await bot.api.setWebhook(url, { secret_token: "secret-1" });
    say({ ready: bot.botInfo.username });
  });
  process.stdin.on("end", () => { server.close(); server.closeAllConnections(); }).resume();
} else {
  await refusals();
}
