/** The page in the window: shows the plan, and each step as it comes. */
const { runtimeProfile } = window;
const at = (id) => document.getElementById(id);

async function show() {
  const { profile, policy } = await runtimeProfile.status();
  const { provider, model, device, ready } = policy.vision;
  at("place").textContent = `${profile.class} ${profile.rung}`;
  at("vision").textContent = `${provider} ${model} (${device})${ready ? "" : ", not ready"}`;
}

runtimeProfile.onStep((sentence) => {
  const item = document.createElement("li");
  item.textContent = sentence;
  at("steps").append(item);
  show();
});
at("rendering").addEventListener("change", ({ target }) =>
  runtimeProfile.rendering(target.checked),
);
// Readings change the plan without a step.
setInterval(show, 2000);
show();
