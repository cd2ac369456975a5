// Sends the page's only form. Without JavaScript the reader presses its button.
document.forms[0].submit();
