import { render } from 'preact';
import { Desk } from './desk.tsx';

const place = document.getElementById('desk');
if (place) render(<Desk />, place);
