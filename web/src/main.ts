import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { language } from './i18n/index.svelte';

const target = document.getElementById('app');
if (target) void language.start().then(() => mount(App, { target }));
