import './styles/tokens.css';
import './styles/base.css';
import { mount } from 'svelte';
import App from './components/App.svelte';
import { Actions } from './state/actions.svelte';
import { Desk } from './state/desk.svelte';
import { exposeHooks } from './state/hooks';
import { language } from './texts';

document.documentElement.lang = language;
const desk = new Desk();
const actions = new Actions(desk);
exposeHooks(desk);

const target = document.getElementById('app');
if (!target) throw new Error('the page has no #app');
mount(App, { target, props: { desk, actions } });
void desk.begin();
