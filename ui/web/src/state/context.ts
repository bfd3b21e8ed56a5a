/** The desk and its actions, handed down to every component. */
import { createContext } from 'svelte';
import type { Actions } from './actions.svelte';
import type { Desk } from './desk.svelte';

export const [getDesk, setDesk] = createContext<Desk>();
export const [getActions, setActions] = createContext<Actions>();
