import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { language } from './i18n/index.svelte';
import { outbox } from './outbox/outbox.svelte';
import { look } from './state/theme.svelte';
import { version } from './state/version.svelte';

const target = document.getElementById('app');
look.start();
if (target) void language.start().then(() => mount(App, { target }));
void outbox.start();
void version.start();
