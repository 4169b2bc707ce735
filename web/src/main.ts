import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { language } from './i18n/index.svelte';
import { outbox } from './outbox/outbox.svelte';
import { panelOf } from './panels/registry';
import { breath } from './state/breath';
import { router } from './state/route.svelte';
import { look } from './state/theme.svelte';
import { version } from './state/version.svelte';

const target = document.getElementById('app');
look.start();
const texts = language.start();
// What the address names is fetched beside the texts, not after them.
if (router.route.name !== 'map') panelOf(router.route.name).catch(() => {}); // the panel itself says so
if (target) void texts.then(breath).then(() => mount(App, { target }));
void outbox.start();
void version.start();
