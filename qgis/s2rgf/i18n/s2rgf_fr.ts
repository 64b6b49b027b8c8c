<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="fr">
<context>
    <name>s2rgf</name>
    <message>
        <source>Model</source>
        <translation>Modèle</translation>
    </message>
    <message>
        <source>By default those of the model, in its order.</source>
        <translation>Par défaut ceux du modèle, dans son ordre.</translation>
    </message>
    <message>
        <source>s2rgf models (*.s2rgf);;All files (*)</source>
        <translation>Modèles s2rgf (*.s2rgf);;Tous les fichiers (*)</translation>
    </message>
    <message>
        <source>{}: {} bands, pixels of {:.3g}{}</source>
        <translation>{} : {} bandes, pixels de {:.3g}{}</translation>
    </message>
    <message>
        <source>and {} more</source>
        <translation>et {} autres</translation>
    </message>
    <message>
        <source>Classes: {}</source>
        <translation>Classes : {}</translation>
    </message>
    <message>
        <source>Assess</source>
        <translation>Évaluer</translation>
    </message>
    <message>
        <source>Assesses a map against reference labels.</source>
        <translation>Évalue une carte par rapport à des références.</translation>
    </message>
    <message>
        <source>land cover,accuracy,validation,confusion matrix,kappa,F1</source>
        <translation>occupation du sol,précision,validation,matrice de confusion,kappa,F1</translation>
    </message>
    <message>
        <source>CRS of a map that has none</source>
        <translation>SCR d'une carte qui n'en a pas</translation>
    </message>
    <message>
        <source>Compares a class raster, such as a map made by Classify, with reference labels: confusion matrix, overall and average accuracy, kappa, and the figures of each class. The report, with the map's picture, says what was excluded and why.</source>
        <translation>Compare un raster de classes, comme une carte de Classifier, à des références : matrice de confusion, précision globale et moyenne, kappa, et les valeurs de chaque classe. Le rapport, avec l'image de la carte, dit ce qui a été écarté et pourquoi.</translation>
    </message>
    <message>
        <source>Classes are matched by name, else by pixel value.</source>
        <translation>Les classes sont associées par leur nom, sinon par la valeur des pixels.</translation>
    </message>
    <message>
        <source>If the reference is a random sample, as Sample draws it, name its design: then the report also estimates the accuracy of the whole map and the area of each class, with standard errors and 95 % intervals.</source>
        <translation>Si les références sont un échantillon aléatoire, tel que Échantillonner le tire, indiquez son plan : le rapport estime alors aussi la précision de toute la carte et la surface de chaque classe, avec des erreurs types et des intervalles à 95 %.</translation>
    </message>
    <message>
        <source>Design of the sample, if it is one</source>
        <translation>Plan de l'échantillon, si c'en est un</translation>
    </message>
    <message>
        <source>Its strata</source>
        <translation>Ses strates</translation>
    </message>
    <message>
        <source>By default the classes of the map.</source>
        <translation>Par défaut les classes de la carte.</translation>
    </message>
    <message>
        <source>Figures as JSON</source>
        <translation>Valeurs en JSON</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>Carte</translation>
    </message>
    <message>
        <source>Overall accuracy</source>
        <translation>Précision globale</translation>
    </message>
    <message>
        <source>Average accuracy</source>
        <translation>Précision moyenne</translation>
    </message>
    <message>
        <source>Kappa</source>
        <translation>Kappa</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Changement</translation>
    </message>
    <message>
        <source>Compares two maps: which class became which.</source>
        <translation>Compare deux cartes : quelle classe est devenue laquelle.</translation>
    </message>
    <message>
        <source>land cover,change,transition,matrix,from-to,gain,loss</source>
        <translation>occupation du sol,changement,transition,matrice,gain,perte</translation>
    </message>
    <message>
        <source>CRS of maps that have none</source>
        <translation>SCR des cartes qui n'en ont pas</translation>
    </message>
    <message>
        <source>Makes a class raster whose classes say what became of what. The log has the matrix of transitions in pixels and hectares.</source>
        <translation>Produit un raster dont les classes disent ce qui est devenu quoi. Le journal contient la matrice des transitions en pixels et en hectares.</translation>
    </message>
    <message>
        <source>The second map may have another grid and another CRS. Classes are matched by name, else by pixel value.</source>
        <translation>La seconde carte peut avoir une autre grille et un autre SCR. Les classes sont associées par leur nom, sinon par la valeur des pixels.</translation>
    </message>
    <message>
        <source>With the confidences of both maps, as Classify makes them, changes that one of them is not sure of become the class unsure.</source>
        <translation>Avec les probabilités des deux cartes, telles que Classifier les écrit, les changements dont l'une n'est pas sûre deviennent la classe unsure.</translation>
    </message>
    <message>
        <source>Confidence below which a change is unsure</source>
        <translation>Probabilité au-dessous de laquelle un changement est incertain</translation>
    </message>
    <message>
        <source>Only with the confidences of both maps.</source>
        <translation>Seulement avec les probabilités des deux cartes.</translation>
    </message>
    <message>
        <source>Transitions as JSON</source>
        <translation>Transitions en JSON</translation>
    </message>
    <message>
        <source>Map before</source>
        <translation>Carte avant</translation>
    </message>
    <message>
        <source>Map after</source>
        <translation>Carte après</translation>
    </message>
    <message>
        <source>Confidence of the map before</source>
        <translation>Probabilité de la carte avant</translation>
    </message>
    <message>
        <source>Confidence of the map after</source>
        <translation>Probabilité de la carte après</translation>
    </message>
    <message>
        <source>Change map</source>
        <translation>Carte des changements</translation>
    </message>
    <message>
        <source>Give the confidences of both maps or of none.</source>
        <translation>Donnez les probabilités des deux cartes ou aucune.</translation>
    </message>
    <message>
        <source>Polygons to map</source>
        <translation>Polygones à cartographier</translation>
    </message>
    <message>
        <source>Polygons not to map</source>
        <translation>Polygones à ne pas cartographier</translation>
    </message>
    <message>
        <source>Probability of the mapped class</source>
        <translation>Probabilité de la classe cartographiée</translation>
    </message>
    <message>
        <source>Probability of every class</source>
        <translation>Probabilité de chaque classe</translation>
    </message>
    <message>
        <source>Entropy and margin</source>
        <translation>Entropie et marge</translation>
    </message>
    <message>
        <source>Classify</source>
        <translation>Classifier</translation>
    </message>
    <message>
        <source>Maps the land cover of a scene with a trained model.</source>
        <translation>Cartographie l'occupation du sol d'une scène avec un modèle entraîné.</translation>
    </message>
    <message>
        <source>land cover,classification,map,predict,network,fusion</source>
        <translation>occupation du sol,classification,carte,prédiction,réseau,fusion</translation>
    </message>
    <message>
        <source>Side of the window to smooth over, in pixels</source>
        <translation>Côté de la fenêtre de lissage, en pixels</translation>
    </message>
    <message>
        <source>An odd number from 3 to 51; 7 is usual. 0: the map is not smoothed.</source>
        <translation>Un nombre impair de 3 à 51 ; 7 est courant. 0 : la carte n'est pas lissée.</translation>
    </message>
    <message>
        <source>Smallest mapped area</source>
        <translation>Plus petite surface cartographiée</translation>
    </message>
    <message>
        <source>Pixels, such as 20, or hectares, such as 0.5ha: smaller patches take another class.</source>
        <translation>Des pixels, comme 20, ou des hectares, comme 0.5ha : les taches plus petites prennent une autre classe.</translation>
    </message>
    <message>
        <source>Least probability of the mapped class</source>
        <translation>Probabilité minimale de la classe cartographiée</translation>
    </message>
    <message>
        <source>Pixels whose class is less probable become a class of their own, unsure. 0: none.</source>
        <translation>Les pixels dont la classe est moins probable forment une classe à part, unsure. 0 : aucun.</translation>
    </message>
    <message>
        <source>Less probable pixels become nodata</source>
        <translation>Les pixels moins probables deviennent nodata</translation>
    </message>
    <message>
        <source>Instead of a class of their own.</source>
        <translation>Au lieu d'une classe à part.</translation>
    </message>
    <message>
        <source>Side of a tile in pixels</source>
        <translation>Côté d'une tuile en pixels</translation>
    </message>
    <message>
        <source>It does not change the map. 0 lets the program choose.</source>
        <translation>Il ne change pas la carte. Avec 0, le programme choisit.</translation>
    </message>
    <message>
        <source>Working memory in megabytes</source>
        <translation>Mémoire de travail en mégaoctets</translation>
    </message>
    <message>
        <source>0: 512, or less where a container limits it.</source>
        <translation>0 : 512, ou moins là où un conteneur la limite.</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>Précision</translation>
    </message>
    <message>
        <source>float or exact: the same map on every processor, however slow the processor is at it.</source>
        <translation>float ou exact : la même carte sur tout processeur, aussi lent qu'il soit pour cela.</translation>
    </message>
    <message>
        <source>Maps a scene with a model made by Train.</source>
        <translation>Cartographie une scène avec un modèle fait par Entraîner.</translation>
    </message>
    <message>
        <source>Give the sources in the order of the model, or with the names that they have in it; a single source may have any name. When you choose a model, its sources, bands and classes are shown.</source>
        <translation>Donnez les sources dans l'ordre du modèle, ou avec les noms qu'elles y ont ; une source unique peut avoir n'importe quel nom. Quand vous choisissez un modèle, ses sources, ses bandes et ses classes sont affichées.</translation>
    </message>
    <message>
        <source>The map has the colours and names of the classes. A pixel is 0, the nodata value, where any source has no valid value.</source>
        <translation>La carte a les couleurs et les noms des classes. Un pixel vaut 0, la valeur nodata, là où une source n'a pas de valeur valide.</translation>
    </message>
    <message>
        <source>Extent of the map</source>
        <translation>Emprise de la carte</translation>
    </message>
    <message>
        <source>The whole scene, if not set.</source>
        <translation>Toute la scène, si elle n'est pas donnée.</translation>
    </message>
    <message>
        <source>Model info</source>
        <translation>Décrire un modèle</translation>
    </message>
    <message>
        <source>Describes a land-cover model.</source>
        <translation>Décrit un modèle d'occupation du sol.</translation>
    </message>
    <message>
        <source>land cover,model,network,sources,bands,classes</source>
        <translation>occupation du sol,modèle,réseau,sources,bandes,classes</translation>
    </message>
    <message>
        <source>Checks a model file and says what is in it: the network, the sources with their bands, wavelengths and pixel sizes, the classes with their values and colours, and how it was trained.</source>
        <translation>Vérifie un fichier de modèle et dit ce qu'il contient : le réseau, les sources avec leurs bandes, longueurs d'onde et tailles de pixel, les classes avec leurs valeurs et couleurs, et comment il a été entraîné.</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Réseau</translation>
    </message>
    <message>
        <source>Checksum</source>
        <translation>Somme de contrôle</translation>
    </message>
    <message>
        <source>Names of the sources</source>
        <translation>Noms des sources</translation>
    </message>
    <message>
        <source>Names of the classes</source>
        <translation>Noms des classes</translation>
    </message>
    <message>
        <source>Number of classes</source>
        <translation>Nombre de classes</translation>
    </message>
    <message>
        <source>Sample</source>
        <translation>Échantillonner</translation>
    </message>
    <message>
        <source>Draws a probability sample of the pixels of a map.</source>
        <translation>Tire un échantillon aléatoire des pixels d'une carte.</translation>
    </message>
    <message>
        <source>land cover,accuracy,area,random,sample,strata,validation</source>
        <translation>occupation du sol,précision,surface,aléatoire,échantillon,strates,validation</translation>
    </message>
    <message>
        <source>Standard error of the overall accuracy to reach</source>
        <translation>Erreur type visée de la précision globale</translation>
    </message>
    <message>
        <source>Draws as many points as it needs, whatever the number of points is.</source>
        <translation>Tire autant de points qu'il en faut, quel que soit le nombre de points donné.</translation>
    </message>
    <message>
        <source>Expected user's accuracies</source>
        <translation>Précisions attendues pour l'utilisateur</translation>
    </message>
    <message>
        <source>For the standard error and the allocation neyman: 0.9 for all classes, soil=0.7 for one. A blank between several.</source>
        <translation>Pour l'erreur type et la répartition neyman : 0.9 pour toutes les classes, soil=0.7 pour une seule. Une espace entre plusieurs.</translation>
    </message>
    <message>
        <source>Points that each stratum gets at least</source>
        <translation>Points que chaque strate reçoit au moins</translation>
    </message>
    <message>
        <source>With the allocation least.</source>
        <translation>Avec la répartition least.</translation>
    </message>
    <message>
        <source>Metres to keep from what is excluded</source>
        <translation>Distance en mètres de ce qui est exclu</translation>
    </message>
    <message>
        <source>Leave out what the map says of the points</source>
        <translation>Omettre ce que la carte dit des points</translation>
    </message>
    <message>
        <source>So that it leads nobody who labels them.</source>
        <translation>Pour que cela n'influence pas celui qui les détermine.</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Graine</translation>
    </message>
    <message>
        <source>The same seed draws the same points.</source>
        <translation>La même graine tire les mêmes points.</translation>
    </message>
    <message>
        <source>Draws pixels of a class raster at random, as points with an empty field reference. Fill it in with what is there, then run Assess with the same design: it estimates the accuracy of the whole map and the area of each class.</source>
        <translation>Tire au hasard des pixels d'un raster de classes, comme points avec un champ reference vide. Remplissez-le avec ce qui s'y trouve, puis lancez Évaluer avec le même plan : il estime la précision de toute la carte et la surface de chaque classe.</translation>
    </message>
    <message>
        <source>Stratified: pixels are drawn from each class of the map, or from each class of another raster, by themselves.</source>
        <translation>Stratifié : les pixels sont tirés séparément dans chaque classe de la carte, ou dans chaque classe d'un autre raster.</translation>
    </message>
    <message>
        <source>Number of points</source>
        <translation>Nombre de points</translation>
    </message>
    <message>
        <source>Design</source>
        <translation>Plan</translation>
    </message>
    <message>
        <source>How strata share the points</source>
        <translation>Répartition des points entre les strates</translation>
    </message>
    <message>
        <source>Strata</source>
        <translation>Strates</translation>
    </message>
    <message>
        <source>Places to keep out, such as those of training</source>
        <translation>Lieux à éviter, comme ceux de l'entraînement</translation>
    </message>
    <message>
        <source>Points</source>
        <translation>Points</translation>
    </message>
    <message>
        <source>Suggest</source>
        <translation>Suggérer</translation>
    </message>
    <message>
        <source>Suggests where to label next.</source>
        <translation>Suggère où étiqueter ensuite.</translation>
    </message>
    <message>
        <source>land cover,active learning,labels,uncertainty,margin,training</source>
        <translation>occupation du sol,apprentissage actif,étiquettes,incertitude,marge,entraînement</translation>
    </message>
    <message>
        <source>Metres between places and from labels, at least</source>
        <translation>Distance minimale entre les lieux et aux étiquettes, en mètres</translation>
    </message>
    <message>
        <source>Finds places at which a model is in doubt, and which differ from each other and from the labels that there are. Fill in the field class, best from the first point on, add them to the labels, and train again.</source>
        <translation>Trouve des lieux où un modèle hésite et qui diffèrent entre eux et des étiquettes existantes. Remplissez le champ class, de préférence à partir du premier point, ajoutez les points aux étiquettes et entraînez de nouveau.</translation>
    </message>
    <message>
        <source>They are no random sample: do not assess a map with them.</source>
        <translation>Ce n'est pas un échantillon aléatoire : n'évaluez pas de carte avec eux.</translation>
    </message>
    <message>
        <source>Number of places</source>
        <translation>Nombre de lieux</translation>
    </message>
    <message>
        <source>Labels that there are</source>
        <translation>Étiquettes existantes</translation>
    </message>
    <message>
        <source>Mask</source>
        <translation>Masque</translation>
    </message>
    <message>
        <source>Only where it is neither 0 nor nodata.</source>
        <translation>Seulement là où il n'est ni 0 ni nodata.</translation>
    </message>
    <message>
        <source>Places</source>
        <translation>Lieux</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>Entraîner</translation>
    </message>
    <message>
        <source>Trains a land-cover model on one scene, or many, and their labels.</source>
        <translation>Entraîne un modèle d'occupation du sol sur une scène, ou plusieurs, et leurs étiquettes.</translation>
    </message>
    <message>
        <source>land cover,classification,supervised,learn,network,fusion</source>
        <translation>occupation du sol,classification,supervisé,apprentissage,réseau,fusion</translation>
    </message>
    <message>
        <source>Channels of the network</source>
        <translation>Canaux du réseau</translation>
    </message>
    <message>
        <source>A multiple of 16. More channels take more time and memory. 0: 64, or as many as the initial model has.</source>
        <translation>Un multiple de 16. Plus de canaux prennent plus de temps et de mémoire. 0 : 64, ou autant que le modèle de départ.</translation>
    </message>
    <message>
        <source>Steps of a full run</source>
        <translation>Pas d'une passe entière</translation>
    </message>
    <message>
        <source>0: 150.</source>
        <translation>0 : 150.</translation>
    </message>
    <message>
        <source>Crops in a step</source>
        <translation>Extraits par pas</translation>
    </message>
    <message>
        <source>0: 8.</source>
        <translation>0 : 8.</translation>
    </message>
    <message>
        <source>Side of a crop in pixels</source>
        <translation>Côté d'un extrait en pixels</translation>
    </message>
    <message>
        <source>A multiple of 16, in pixels of the source with the smallest pixels. 0: 96.</source>
        <translation>Un multiple de 16, en pixels de la source qui a les plus petits pixels. 0 : 96.</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>Taux d'apprentissage</translation>
    </message>
    <message>
        <source>Weight decay</source>
        <translation>Décroissance des poids</translation>
    </message>
    <message>
        <source>Label smoothing</source>
        <translation>Lissage des étiquettes</translation>
    </message>
    <message>
        <source>Weight of classes with few pixels</source>
        <translation>Poids des classes qui ont peu de pixels</translation>
    </message>
    <message>
        <source>0: all labelled pixels count the same; 1: all classes do.</source>
        <translation>0 : tous les pixels étiquetés comptent autant ; 1 : toutes les classes comptent autant.</translation>
    </message>
    <message>
        <source>Fraction of the steps after which batch-norms use the statistics of the scene</source>
        <translation>Part des pas après laquelle la normalisation emploie les statistiques de la scène</translation>
    </message>
    <message>
        <source>1: only at the end.</source>
        <translation>1 : seulement à la fin.</translation>
    </message>
    <message>
        <source>Weight of the de-redundancy loss</source>
        <translation>Poids de la perte contre la redondance</translation>
    </message>
    <message>
        <source>Spread of the brightness of crops</source>
        <translation>Dispersion de la luminosité des extraits</translation>
    </message>
    <message>
        <source>It keeps the network from relying on absolute brightness; 0 leaves crops as they are.</source>
        <translation>Elle empêche le réseau de se fier à la luminosité absolue ; 0 laisse les extraits tels quels.</translation>
    </message>
    <message>
        <source>Probability that a crop lacks a source</source>
        <translation>Probabilité qu'une source manque à un extrait</translation>
    </message>
    <message>
        <source>So that the network relies on no single source and can map pixels that lack one.</source>
        <translation>Pour que le réseau ne dépende d'aucune source et puisse classer les pixels auxquels une source manque.</translation>
    </message>
    <message>
        <source>Pixels by which sources are moved in training</source>
        <translation>Pixels dont les sources sont déplacées pendant l'entraînement</translation>
    </message>
    <message>
        <source>At most, in their own pixels; only sources that have a grid of their own.</source>
        <translation>Au plus, en pixels de la source ; seulement les sources qui ont leur propre grille.</translation>
    </message>
    <message>
        <source>Fraction of the labels to keep for validation</source>
        <translation>Part des étiquettes à garder pour la validation</translation>
    </message>
    <message>
        <source>With 0 the network is trained on all labels, without validation.</source>
        <translation>Avec 0, le réseau est entraîné sur toutes les étiquettes, sans validation.</translation>
    </message>
    <message>
        <source>Do not train again on all labels</source>
        <translation>Ne pas entraîner de nouveau sur toutes les étiquettes</translation>
    </message>
    <message>
        <source>Keep the weights of the best validation instead.</source>
        <translation>Garder plutôt les poids de la meilleure validation.</translation>
    </message>
    <message>
        <source>Validations without improvement before stopping</source>
        <translation>Validations sans amélioration avant l'arrêt</translation>
    </message>
    <message>
        <source>0 never stops early.</source>
        <translation>Avec 0, jamais d'arrêt anticipé.</translation>
    </message>
    <message>
        <source>Seed of all random numbers</source>
        <translation>Graine de tous les nombres aléatoires</translation>
    </message>
    <message>
        <source>Folder or list of scenes</source>
        <translation>Dossier ou liste de scènes</translation>
    </message>
    <message>
        <source>Trains on many scenes: all of a folder, or those in a text file, one name per line.</source>
        <translation>Entraîne sur de nombreuses scènes : toutes celles d'un dossier, ou celles d'un fichier texte, un nom par ligne.</translation>
    </message>
    <message>
        <source>Rasters of the scenes</source>
        <translation>Rasters des scènes</translation>
    </message>
    <message>
        <source>NAME={}_ms.tif, in the folder of the scenes, where {} stands for the name of a scene; with a blank between several. Sources above then are the same for all scenes.</source>
        <translation>NOM={}_ms.tif, dans le dossier des scènes, où {} représente le nom d'une scène ; séparés par une espace s'il y en a plusieurs. Les sources ci-dessus sont alors les mêmes pour toutes les scènes.</translation>
    </message>
    <message>
        <source>Labels of the scenes</source>
        <translation>Étiquettes des scènes</translation>
    </message>
    <message>
        <source>{}_labels.gpkg, if each scene has labels of its own, instead of those above. If they have several fields or layers, add -a FIELD or -l LAYER below.</source>
        <translation>{}_labels.gpkg, si chaque scène a ses propres étiquettes, à la place de celles ci-dessus. Si elles ont plusieurs champs ou couches, ajoutez -a CHAMP ou -l COUCHE ci-dessous.</translation>
    </message>
    <message>
        <source>Part of the initial model that stays as it is</source>
        <translation>Partie du modèle de départ qui reste telle quelle</translation>
    </message>
    <message>
        <source>encoders: the layers that see a single source. By default nothing.</source>
        <translation>encoders : les couches qui ne voient qu'une seule source. Par défaut rien.</translation>
    </message>
    <message>
        <source>Leave out scenes that cannot be used</source>
        <translation>Omettre les scènes inutilisables</translation>
    </message>
    <message>
        <source>What validation keeps whole in many scenes</source>
        <translation>Ce que la validation garde entier avec de nombreuses scènes</translation>
    </message>
    <message>
        <source>group: a polygon or a block, or scene. By default group.</source>
        <translation>group : un polygone ou un bloc, ou scene. Par défaut group.</translation>
    </message>
    <message>
        <source>Bands to use</source>
        <translation>Bandes à employer</translation>
    </message>
    <message>
        <source>NAME=1-4,8 or NAME=450-900nm, with a blank between several sources. Without it, all bands that hold data and are not marked bad.</source>
        <translation>NOM=1-4,8 ou NOM=450-900nm, pour plusieurs sources avec une espace entre elles. Sans cela, toutes les bandes qui contiennent des données et ne sont pas marquées comme mauvaises.</translation>
    </message>
    <message>
        <source>Trains a network on the rasters of one scene and labelled areas in it.</source>
        <translation>Entraîne un réseau sur les rasters d'une scène et des zones étiquetées.</translation>
    </message>
    <message>
        <source>A source is one raster, or several files on the same grid whose bands are joined. Each source keeps its resolution and need not be aligned with the others; the one with the smallest pixels defines the grid of the maps.</source>
        <translation>Une source est un raster, ou plusieurs fichiers sur la même grille dont les bandes sont réunies. Chaque source garde sa résolution et n'a pas à être alignée sur les autres ; celle qui a les plus petits pixels définit la grille des cartes.</translation>
    </message>
    <message>
        <source>To train on many scenes, give a folder or list of them among the advanced parameters, and rasters with {} for the name of a scene instead of sources.</source>
        <translation>Pour entraîner sur de nombreuses scènes, donnez parmi les paramètres avancés un dossier ou une liste de scènes et, au lieu de sources, des rasters avec {} pour le nom d'une scène.</translation>
    </message>
    <message>
        <source>Some labels, whole polygons at a time, are kept for validation, which chooses the number of steps; then the network is trained again on all labels.</source>
        <translation>Une partie des étiquettes, par polygones entiers, est gardée pour la validation, qui choisit le nombre de pas ; ensuite le réseau est entraîné de nouveau sur toutes les étiquettes.</translation>
    </message>
    <message>
        <source>By default that of the first layer. A model knows its sources by name.</source>
        <translation>Par défaut celui de la première couche. Un modèle connaît ses sources par leur nom.</translation>
    </message>
    <message>
        <source>Initial model</source>
        <translation>Modèle de départ</translation>
    </message>
    <message>
        <source>Starts from its weights, for sources and classes of the same name.</source>
        <translation>Part de ses poids, pour les sources et les classes de même nom.</translation>
    </message>
    <message>
        <source>s2rgf models (*.s2rgf)</source>
        <translation>Modèles s2rgf (*.s2rgf)</translation>
    </message>
    <message>
        <source>How the training went</source>
        <translation>Déroulement de l'entraînement</translation>
    </message>
    <message>
        <source>Many scenes: give a folder or list of them, and their rasters</source>
        <translation>Plusieurs scènes : donnez un dossier ou une liste de scènes, et leurs rasters</translation>
    </message>
    <message>
        <source>Source 1: give at least one raster</source>
        <translation>Source 1 : donnez au moins un raster</translation>
    </message>
    <message>
        <source>Use only features for which</source>
        <translation>N'employer que les entités pour lesquelles</translation>
    </message>
    <message>
        <source>A condition in SQL.</source>
        <translation>Une condition en SQL.</translation>
    </message>
    <message>
        <source>CRS of labels that have none</source>
        <translation>SCR d'étiquettes qui n'en ont pas</translation>
    </message>
    <message>
        <source>Label every pixel that a polygon touches</source>
        <translation>Étiqueter chaque pixel qu'un polygone touche</translation>
    </message>
    <message>
        <source>By default a pixel is labelled if its centre is in the polygon.</source>
        <translation>Par défaut, un pixel est étiqueté si son centre est dans le polygone.</translation>
    </message>
    <message>
        <source>Metres around a point that it labels, too</source>
        <translation>Mètres autour d'un point qu'il étiquette aussi</translation>
    </message>
    <message>
        <source>0: only the pixel that holds it.</source>
        <translation>0 : seulement le pixel qui le contient.</translation>
    </message>
    <message>
        <source>Labelled polygons or points</source>
        <translation>Polygones ou points étiquetés</translation>
    </message>
    <message>
        <source>Give either polygons or points here, or a raster of classes below.</source>
        <translation>Donnez soit des polygones ou des points ici, soit un raster de classes ci-dessous.</translation>
    </message>
    <message>
        <source>Text or integer. You may leave it out if only one field can be meant.</source>
        <translation>Texte ou entiers. Il peut manquer si un seul champ peut convenir.</translation>
    </message>
    <message>
        <source>Labels: give either a layer or a raster of classes</source>
        <translation>Étiquettes : donnez soit une couche, soit un raster de classes</translation>
    </message>
    <message>
        <source>edits that are not saved</source>
        <translation>des modifications non enregistrées</translation>
    </message>
    <message>
        <source>joined or virtual fields</source>
        <translation>des champs joints ou virtuels</translation>
    </message>
    <message>
        <source>open options</source>
        <translation>des options d'ouverture</translation>
    </message>
    <message>
        <source>Field with the class</source>
        <translation>Champ de la classe</translation>
    </message>
    <message>
        <source>Or a raster of classes</source>
        <translation>Ou un raster de classes</translation>
    </message>
    <message>
        <source>{}: cannot be written: {}</source>
        <translation>{} : impossible à écrire : {}</translation>
    </message>
    <message>
        <source>{}: has {}: a copy with them is used</source>
        <translation>{} : a {} : une copie qui les contient est employée</translation>
    </message>
    <message>
        <source>Threads</source>
        <translation>Fils d'exécution</translation>
    </message>
    <message>
        <source>0: all processors.</source>
        <translation>0 : tous les processeurs.</translation>
    </message>
    <message>
        <source>CRS of rasters that have none</source>
        <translation>SCR des rasters qui n'en ont pas</translation>
    </message>
    <message>
        <source>Nodata value of all rasters</source>
        <translation>Valeur nodata de tous les rasters</translation>
    </message>
    <message>
        <source>In place of the one that they declare; none for no nodata value.</source>
        <translation>À la place de celle qu'ils déclarent ; none pour aucune.</translation>
    </message>
    <message>
        <source>Valid values of quality layers</source>
        <translation>Valeurs valides des couches de qualité</translation>
    </message>
    <message>
        <source>SCL=4-7,11 makes the source called SCL a quality layer: pixels are valid where it has one of these values; QA=nobits:0-4 where none of these bits is set. A blank between several.</source>
        <translation>SCL=4-7,11 fait de la source nommée SCL une couche de qualité : les pixels sont valides là où elle a une de ces valeurs ; QA=nobits:0-4, là où aucun de ces bits n'est mis. Un espace entre plusieurs.</translation>
    </message>
    <message>
        <source>Pixels need data in one source only</source>
        <translation>Les pixels n'ont besoin de données que dans une source</translation>
    </message>
    <message>
        <source>Instead of in all. The model must be trained with source dropout.</source>
        <translation>Au lieu de toutes. Le modèle doit être entraîné avec omission de sources.</translation>
    </message>
    <message>
        <source>Additional command-line parameters</source>
        <translation>Autres paramètres de la ligne de commande</translation>
    </message>
    <message>
        <source>Any other options of {}; its manual page lists them.</source>
        <translation>Toute autre option de {} ; sa page de manuel les énumère.</translation>
    </message>
    <message>
        <source>Command:</source>
        <translation>Commande :</translation>
    </message>
    <message>
        <source>{} was canceled; it left no output</source>
        <translation>{} a été annulé et n'a laissé aucune sortie</translation>
    </message>
    <message>
        <source>{} could not be started</source>
        <translation>{} n'a pas pu être lancé</translation>
    </message>
    <message>
        <source>{} failed with status {}</source>
        <translation>{} a échoué avec l'état {}</translation>
    </message>
    <message>
        <source>{} crashed</source>
        <translation>{} s'est arrêté brutalement</translation>
    </message>
    <message>
        <source>The program {name} was not found. Install s2rgf: in its source tree, ./bootstrap build and then make -C build install. If it is installed in a folder that is not on the PATH, name the folder in Settings &gt; Options &gt; Processing &gt; Providers &gt; s2rgf.</source>
        <translation>Le programme {name} est introuvable. Installez s2rgf : dans ses sources, ./bootstrap build puis make -C build install. S'il est installé dans un dossier qui n'est pas dans le PATH, nommez ce dossier dans Préférences &gt; Options &gt; Traitement &gt; Fournisseurs &gt; s2rgf.</translation>
    </message>
    <message>
        <source>s2rgf land-cover maps</source>
        <translation>s2rgf : cartes d'occupation du sol</translation>
    </message>
    <message>
        <source>Activate</source>
        <translation>Activer</translation>
    </message>
    <message>
        <source>Folder of the s2rgf programs, if they are not on the PATH</source>
        <translation>Dossier des programmes s2rgf, s'ils ne sont pas dans le PATH</translation>
    </message>
    <message>
        <source>JSON files (*.json)</source>
        <translation>Fichiers JSON (*.json)</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>Rapport</translation>
    </message>
    <message>
        <source>HTML files (*.html)</source>
        <translation>Fichiers HTML (*.html)</translation>
    </message>
    <message>
        <source>Rasters on one grid; their bands are joined in the order of the list.</source>
        <translation>Rasters sur une même grille ; leurs bandes sont réunies dans l'ordre de la liste.</translation>
    </message>
    <message>
        <source>Source {}: there is another source with the name "{}"</source>
        <translation>Source {} : une autre source porte le nom « {} »</translation>
    </message>
    <message>
        <source>Letters, digits, underscores and hyphens.</source>
        <translation>Lettres, chiffres, tirets bas et traits d'union.</translation>
    </message>
    <message>
        <source>{}: cannot be opened as a raster</source>
        <translation>{} : impossible à ouvrir comme raster</translation>
    </message>
    <message>
        <source>{}: GDAL cannot read this raster; save it as a file first</source>
        <translation>{} : GDAL ne peut pas lire ce raster ; enregistrez-le d'abord dans un fichier</translation>
    </message>
    <message>
        <source>{}: is opened with {}; save it as a file first</source>
        <translation>{} : est ouvert avec {} ; enregistrez-le d'abord dans un fichier</translation>
    </message>
    <message>
        <source>Source {}: the name "{}" has more than letters, digits, underscores and hyphens</source>
        <translation>Source {} : le nom « {} » a plus que des lettres, chiffres, tirets bas et traits d'union</translation>
    </message>
    <message>
        <source>Source {}</source>
        <translation>Source {}</translation>
    </message>
    <message>
        <source>Name of source {}</source>
        <translation>Nom de la source {}</translation>
    </message>
    <message>
        <source>{}: is opened with {}, another layer with {}; save it as a file first</source>
        <translation>{} : est ouvert avec {}, une autre couche avec {} ; enregistrez-le d'abord dans un fichier</translation>
    </message>
</context>
</TS>
